//! What people say in the generated archive: turns put together from templates, so that a search finds a few of many.

use std::collections::HashMap;

use crate::dice::Dice;
use crate::script::Ending;
use crate::speech::{Speaker, Spoken, Turn, Word, conversations};

/// A story with the conversation whose sound it borrows.
#[derive(Debug)]
pub(super) struct Tale {
    pub(super) story: Spoken,
    pub(super) ending: Ending,
    pub(super) conversation: usize,
}

/// A kind of call. `A` lines are the agent's, `C` lines the caller's; `{slot}`s are drawn once per call, and of
/// alternatives between `|` one is taken.
struct Topic {
    title: &'static str,
    business: &'static str,
    summary: &'static str,
    sentiments: &'static [&'static str],
    successful: bool,
    lines: &'static [&'static str],
}

/// Draws a call's story.
pub(super) fn tale(dice: Dice, number: u64) -> Tale {
    let ending = match dice.below("archive fate", number, 100) {
        0..62 => Ending::CallerHangup,
        62..80 => Ending::AgentHangup,
        80..86 => Ending::Voicemail,
        86..92 => Ending::Transferred,
        92..95 => Ending::NoAnswer,
        95..97 => Ending::Busy,
        97..98 => Ending::Inactivity,
        98..99 => Ending::AgentError,
        _ => Ending::Unreachable,
    };
    let voicemail = ending == Ending::Voicemail;
    let topic = if voicemail {
        &VOICEMAIL
    } else {
        dice.pick("topic", number, TOPICS)
    };
    let fitting: Vec<usize> = conversations()
        .iter()
        .enumerate()
        .filter(|(_, conversation)| conversation.script.voicemail == voicemail)
        .map(|(index, _)| index)
        .collect();
    let conversation = *dice.pick("archive sound", number, &fitting);
    let slots = slots(dice, number);
    let lines: Vec<(Speaker, String)> = topic
        .lines
        .iter()
        .enumerate()
        .map(|(index, line)| {
            let (who, text) = line.split_at(2);
            let choices: Vec<&str> = text.split('|').collect();
            let text = dice.pick(&format!("line {index}"), number, &choices);
            (
                if who == "A " {
                    Speaker::Agent
                } else {
                    Speaker::Caller
                },
                filled(text, &slots),
            )
        })
        .collect();
    let duration_ms = conversations()[conversation].script.duration_ms;
    Tale {
        story: Spoken {
            name: String::new(),
            title: topic.title.into(),
            language: "en".into(),
            business: topic.business.into(),
            summary: filled(topic.summary, &slots),
            sentiment: (*dice.pick("sentiment", number, topic.sentiments)).into(),
            successful: topic.successful,
            voicemail,
            duration_ms,
            turns: timed(&lines, duration_ms),
        },
        ending,
        conversation,
    }
}

fn slots(dice: Dice, number: u64) -> HashMap<&'static str, &'static str> {
    SLOTS
        .iter()
        .map(|(name, choices)| (*name, *dice.pick(name, number, choices)))
        .collect()
}

fn filled(template: &str, slots: &HashMap<&str, &str>) -> String {
    let mut text = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (slot, behind) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(before);
        text.push_str(slots.get(slot).copied().unwrap_or_default());
        rest = behind;
    }
    text.push_str(rest);
    text
}

/// Spreads turns over the length in proportion to their letters, with short pauses between them.
fn timed(lines: &[(Speaker, String)], duration_ms: u64) -> Vec<Turn> {
    const PAUSE_MS: u64 = 300;
    let letters: u64 = lines.iter().map(|(_, text)| text.len() as u64 + 1).sum();
    let talk = duration_ms.saturating_sub(PAUSE_MS * (lines.len() as u64 + 1));
    let mut passed = 0;
    (1..)
        .zip(lines)
        .map(|(count, (speaker, text))| {
            let at =
                |letters_passed: u64| PAUSE_MS * count + talk * letters_passed / letters.max(1);
            let start = passed;
            let words = text.split(' ').map(|word| {
                let start_ms = at(passed);
                passed += word.len() as u64 + 1;
                Word {
                    text: word.into(),
                    start_ms,
                    end_ms: at(passed),
                }
            });
            let words = words.collect();
            Turn {
                speaker: *speaker,
                start_ms: at(start),
                end_ms: at(passed),
                text: text.clone(),
                words,
            }
        })
        .collect()
}

const SLOTS: &[(&str, &[&str])] = &[
    (
        "name",
        &[
            "Abdullah",
            "Andersson",
            "Baker",
            "Becker",
            "Castillo",
            "Chen",
            "Cohen",
            "Diaz",
            "Dubois",
            "Edwards",
            "Fischer",
            "Garcia",
            "Haddad",
            "Hansen",
            "Ito",
            "Jensen",
            "Kaya",
            "Kim",
            "Kowalski",
            "Laurent",
            "Lopez",
            "Martin",
            "Meyer",
            "Moreau",
            "Nguyen",
            "Novak",
            "O'Brien",
            "Okafor",
            "Patel",
            "Petrov",
            "Quinn",
            "Rossi",
            "Sato",
            "Schneider",
            "Silva",
            "Singh",
            "Tran",
            "Underwood",
            "Vargas",
            "Weber",
            "Williams",
            "Yilmaz",
            "Zhang",
        ],
    ),
    (
        "day",
        &[
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
        ],
    ),
    (
        "other_day",
        &[
            "next Monday",
            "the following Tuesday",
            "tomorrow",
            "the day after tomorrow",
            "in two weeks",
        ],
    ),
    (
        "time",
        &[
            "eight fifteen",
            "nine o'clock",
            "ten thirty",
            "noon",
            "a quarter past two",
            "four o'clock",
            "half past six",
            "seven",
        ],
    ),
    (
        "doctor",
        &[
            "Doctor Chen",
            "Doctor Abara",
            "Doctor Lindqvist",
            "Doctor Moretti",
            "Doctor Hassan",
            "Doctor Whitfield",
        ],
    ),
    (
        "dish",
        &[
            "margherita pizza",
            "mushroom risotto",
            "lamb kebab",
            "chicken tikka",
            "green curry",
            "fish and chips",
            "vegetable lasagne",
            "pho",
            "beef burger",
            "caesar salad",
            "falafel wrap",
            "tom yum soup",
        ],
    ),
    (
        "drink",
        &[
            "sparkling water",
            "lemonade",
            "mango lassi",
            "iced tea",
            "a bottle of the house red",
        ],
    ),
    (
        "complaint",
        &[
            "lower back pain",
            "a sore throat",
            "a rash on my arm",
            "migraines",
            "a swollen ankle",
            "dizziness",
            "an ear ache",
        ],
    ),
    (
        "drug",
        &[
            "ibuprofen",
            "allergy tablets",
            "blood pressure pills",
            "insulin",
            "an inhaler",
            "the thyroid medication",
        ],
    ),
    (
        "street",
        &[
            "Oak Street",
            "Mill Road",
            "Harbour Lane",
            "Station Square",
            "Kingsway",
            "Elm Avenue",
        ],
    ),
    (
        "count",
        &["two", "three", "four", "five", "six", "eight", "twelve"],
    ),
    (
        "sum",
        &[
            "eighteen dollars",
            "twenty four fifty",
            "thirty one dollars",
            "forty two dollars",
            "sixty dollars",
        ],
    ),
    (
        "insurer",
        &[
            "Northwind Health",
            "Bluebird Mutual",
            "Alpine Care",
            "Seaside Assurance",
        ],
    ),
    (
        "thing",
        &[
            "the umbrella",
            "a pair of glasses",
            "a blue scarf",
            "my phone",
            "a child's jacket",
        ],
    ),
];

const TOPICS: &[Topic] = &[
    Topic {
        title: "Order for pick-up",
        business: "Luigi's",
        summary: "{name} orders {count} portions of {dish} with {drink} for pick-up at {time}, {sum}.",
        sentiments: &["Positive", "Positive", "Neutral"],
        successful: true,
        lines: &[
            "A Thank you for calling. Would you like to order or book a table?|Hello, what can I get you today?",
            "C Hi, {count} times {dish} to take away, please.|I'd like to order {count} {dish}.",
            "A With pleasure. Anything to drink?|Good choice. Something to drink with that?",
            "C Yes, {drink}.|Let me think. {drink}, please.",
            "A That comes to {sum}. When will you pick it up?",
            "C At {time}. The name is {name}.",
            "A See you at {time}, {name}.|Perfect, we will have it ready.",
        ],
    },
    Topic {
        title: "Table booking",
        business: "Luigi's",
        summary: "Table for {count} on {day} at {time} under the name {name}.",
        sentiments: &["Positive", "Neutral"],
        successful: true,
        lines: &[
            "A Good evening, how can I help?|Thank you for calling. Order or table?",
            "C Do you have a table for {count} on {day}?|We would like to come on {day}, {count} of us.",
            "A {day} at {time} is free. Does that suit you?",
            "C That's fine. Is there a high chair?|Lovely. Could we sit by the window?",
            "A I have noted it. Which name, please?",
            "C {name}.",
            "A Thank you. We look forward to seeing you.",
        ],
    },
    Topic {
        title: "New patient",
        business: "Riverside Clinic",
        summary: "New patient {name} with {complaint}; appointment with {doctor} on {day} at {time}.",
        sentiments: &["Neutral", "Neutral", "Negative"],
        successful: true,
        lines: &[
            "A Riverside Clinic, this is the virtual assistant. How can I help?",
            "C I have had {complaint} for a few days.|I think I need to see somebody, it's {complaint}.",
            "A I am sorry to hear that. Do you have a fever?|Is it getting worse?",
            "C No, I don't think so.|A little, yes.",
            "A {doctor} can see you on {day} at {time}.",
            "C That works. My name is {name}, I'm with {insurer}.",
            "A You are booked. Please bring your insurance card.",
        ],
    },
    Topic {
        title: "Appointment moved",
        business: "Riverside Clinic",
        summary: "{name} moves the appointment from {day} to {other_day} at {time}.",
        sentiments: &["Positive", "Neutral"],
        successful: true,
        lines: &[
            "A Good morning, what can I do for you?",
            "C I can't make it on {day}. This is {name}.|Something came up on {day}, I have to move my appointment. {name} speaking.",
            "A No problem. I could offer {other_day} at {time}.",
            "C Yes, that's better.|Let me check. Yes, that works.",
            "A Done. You will get a text message.",
        ],
    },
    Topic {
        title: "Prescription refill",
        business: "Riverside Clinic",
        summary: "{name} asks for a refill of {drug}; ready at the pharmacy on {street} tomorrow.",
        sentiments: &["Positive", "Neutral"],
        successful: true,
        lines: &[
            "A Riverside Clinic, how can I help?",
            "C I'm running out of {drug}.|Could I get a refill of {drug}, please?",
            "A The same dose as before?",
            "C Yes. To the pharmacy on {street}.",
            "A It will be ready tomorrow after {time}. Which name?",
            "C {name}. Thank you.",
        ],
    },
    Topic {
        title: "Late delivery",
        business: "Luigi's",
        summary: "{name} complains about a late and cold delivery to {street} and asks for {sum} back.",
        sentiments: &["Negative"],
        successful: false,
        lines: &[
            "A Thank you for calling. How may I help?",
            "C My {dish} came an hour late, and it was cold.|I have been waiting on {street} since {time}, where is my {dish}?",
            "A I am very sorry. May I have your name?",
            "C {name}. I want a refund of {sum}.",
            "A I have noted it. A manager will call you back today.",
            "C I hope so.|This is the second time this month!",
        ],
    },
    Topic {
        title: "Billing question",
        business: "Riverside Clinic",
        summary: "{name} asks why {insurer} did not cover {sum}; forwarded to billing.",
        sentiments: &["Neutral", "Negative"],
        successful: false,
        lines: &[
            "A Riverside Clinic, how can I help?",
            "C I got a bill over {sum}, but {insurer} should pay that.",
            "A I cannot see bills myself. May I take your name for the billing office?",
            "C {name}. The visit with {doctor} on {day}.",
            "A They will call you by {time} tomorrow.",
            "C Alright, thanks.",
        ],
    },
    Topic {
        title: "Lost and found",
        business: "Luigi's",
        summary: "{name} left {thing} behind on {day}.",
        sentiments: &["Neutral", "Positive"],
        successful: true,
        lines: &[
            "A Thank you for calling. How may I help?",
            "C I think I left {thing} at your place on {day}.",
            "A Let me see. Yes, {thing} was handed in.|One moment. I believe we have it here.",
            "C Oh, what a relief. I'll come by at {time}.",
            "A We will keep it for you. Whom shall I note?",
            "C {name}.",
        ],
    },
    Topic {
        title: "Opening hours",
        business: "Luigi's",
        summary: "Asked whether it is open on {day} and whether there is parking near {street}.",
        sentiments: &["Positive", "Neutral"],
        successful: true,
        lines: &[
            "A Hello, how can I help?",
            "C Are you open on {day}?",
            "A Yes, on {day} from {time}.",
            "C And can I park near {street}?",
            "A There is a car park behind the house, free after six.",
            "C Great, thank you.|Good to know, bye.",
        ],
    },
    Topic {
        title: "Wrong number",
        business: "Riverside Clinic",
        summary: "Wrong number; the caller looked for a garage on {street}.",
        sentiments: &["Neutral", "Unknown"],
        successful: false,
        lines: &[
            "A Hello, how can I help?",
            "C Is this not the garage on {street}?",
            "A No, I am afraid you have the wrong number.",
            "C Sorry, bye.",
        ],
    },
    Topic {
        title: "Test results",
        business: "Riverside Clinic",
        summary: "{name} asks for test results; {doctor} will call back on {day}.",
        sentiments: &["Neutral", "Positive"],
        successful: false,
        lines: &[
            "A Riverside Clinic, how can I help?",
            "C This is {name}. Are my blood test results in?",
            "A I may not read results out. {doctor} will call you on {day}.",
            "C Could it be after {time}? I am at work.",
            "A I have noted after {time}.",
            "C Thank you so much.",
        ],
    },
];

static VOICEMAIL: Topic = Topic {
    title: "Reminder on voicemail",
    business: "Riverside Clinic",
    summary: "Voicemail reached; a reminder of {day} at {time} was left for {name}.",
    sentiments: &["Unknown"],
    successful: false,
    lines: &[
        "C You have reached the voicemail of {name}. Please leave a message after the tone.",
        "A Hello, this is a reminder of your appointment with {doctor} on {day} at {time}. To change it, please call us back. Goodbye.",
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_slot_stays_empty_and_turns_fit_the_sound() {
        for number in 0..400 {
            let Tale { story, .. } = tale(Dice::new(3), number);
            assert!(
                !story.summary.contains(['{', '}']) && !story.summary.contains("  "),
                "{}",
                story.summary
            );
            assert!(story.turns.is_sorted_by_key(|turn| turn.start_ms));
            for turn in &story.turns {
                assert!(
                    !turn.text.contains(['{', '}', '|']) && !turn.text.contains("  "),
                    "{}",
                    turn.text
                );
                assert!(turn.start_ms < turn.end_ms && turn.end_ms <= story.duration_ms);
            }
        }
    }
}
