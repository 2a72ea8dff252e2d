//! The HMAC plan of a credential (`HMACAuthenticationPlan` in Vapi's OpenAPI description, read
//! November 2026): what is signed, how the signature is written, and where it stands.

use base64::{Engine, prelude::BASE64_STANDARD};
use http::HeaderName;
use jiff::Timestamp;
use ringback_model::Secret;

use super::auth::header;
use crate::{
    Account, OptionKey, RawRequest, Refusal, TestEvent,
    digest::Algorithm,
    standard_webhooks,
    webhook::{Advice, NO_ADDRESS, UNUSABLE_SECRET},
};

pub(super) const SIGNATURE_HEADER: OptionKey = "signature_header";
pub(super) const TIMESTAMP_HEADER: OptionKey = "timestamp_header";
pub(super) const MESSAGE_ID_HEADER: OptionKey = "message_id_header";
pub(super) const SIGNATURE_PREFIX: OptionKey = "signature_prefix";
pub(super) const PAYLOAD_FORMAT: OptionKey = "payload_format";
pub(super) const ALGORITHM: OptionKey = "algorithm";
pub(super) const SIGNATURE_ENCODING: OptionKey = "signature_encoding";
pub(super) const SECRET_IS_BASE64: OptionKey = "secret_is_base64";
pub(super) const INCLUDE_TIMESTAMP: OptionKey = "include_timestamp";

/// How old or early a signature may be, inclusive. Vapi leaves it to the receiver.
const TOLERANCE_MS: u128 = 5 * 60 * 1000;

/// Numbers from here on are milliseconds: as seconds they would be the year 5138.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// A plan, ready to check with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    signature_header: HeaderName,
    timestamp_header: HeaderName,
    message_id_header: HeaderName,
    prefix: String,
    format: Vec<Piece>,
    algorithm: Algorithm,
    encoding: Encoding,
    secret_is_base64: bool,
}

/// A piece of what is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Body,
    Timestamp,
    Method,
    Url,
    MessageId,
}

impl Piece {
    const PLACEHOLDERS: [(&'static str, Self); 5] = [
        ("{body}", Self::Body),
        ("{timestamp}", Self::Timestamp),
        ("{method}", Self::Method),
        ("{url}", Self::Url),
        ("{svix-id}", Self::MessageId),
    ];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Hex,
    Base64,
}

impl Encoding {
    fn encode(self, digest: &[u8]) -> String {
        match self {
            Self::Hex => hex::encode(digest),
            Self::Base64 => BASE64_STANDARD.encode(digest),
        }
    }

    fn decode(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Hex => hex::decode(text).ok(),
            Self::Base64 => BASE64_STANDARD.decode(text).ok(),
        }
    }
}

impl Plan {
    /// Reads the account's settings; what is not set is as Vapi's own defaults. The error is a
    /// sentence that says what to do.
    pub(super) fn of(account: &Account) -> Result<Self, String> {
        let name = HeaderName::from_static;
        Ok(Self {
            signature_header: header(account, SIGNATURE_HEADER, name("x-signature"))?,
            timestamp_header: header(account, TIMESTAMP_HEADER, name("x-timestamp"))?,
            // Vapi documents no default; the placeholder is named after Svix's header.
            message_id_header: header(account, MESSAGE_ID_HEADER, name("svix-id"))?,
            prefix: account
                .option(SIGNATURE_PREFIX)
                .unwrap_or_default()
                .to_owned(),
            format: format(account)?,
            algorithm: match account.option(ALGORITHM).unwrap_or("sha256") {
                "sha256" => Algorithm::Sha256,
                "sha512" => Algorithm::Sha512,
                "sha1" => Algorithm::Sha1,
                word => {
                    return Err(format!(
                        "algorithm is {word:?}; it has to be \"sha256\", \"sha512\" or \"sha1\", as in the credential"
                    ));
                }
            },
            encoding: match account.option(SIGNATURE_ENCODING).unwrap_or("hex") {
                "hex" => Encoding::Hex,
                "base64" => Encoding::Base64,
                word => {
                    return Err(format!(
                        "signature_encoding is {word:?}; it has to be \"hex\" or \"base64\", as in the credential"
                    ));
                }
            },
            secret_is_base64: flag(account, SECRET_IS_BASE64, false)?,
        })
    }

    pub(super) fn secret_is_base64(&self) -> bool {
        self.secret_is_base64
    }

    /// Whether a request carries what this plan signs with.
    pub(super) fn is_signed(&self, request: &RawRequest) -> bool {
        request.headers.contains_key(&self.signature_header)
    }

    /// Checks a request.
    pub(super) fn verify(
        &self,
        secrets: &[Secret],
        account: &Account,
        request: &RawRequest,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let signatures = text(request, &self.signature_header)?;
        let timestamp = self.text_for(&Piece::Timestamp, &self.timestamp_header, request)?;
        let id = self.text_for(&Piece::MessageId, &self.message_id_header, request)?;
        if secrets.is_empty() {
            return Err(Refusal::NoSecret);
        }
        let url = match (&account.webhook_url, self.format.contains(&Piece::Url)) {
            (None, true) => return Err(Refusal::NoPublicUrl),
            (Some(url), true) => url.as_str(),
            (_, false) => "",
        };
        let digests = self.digests(signatures);
        if digests.is_empty() {
            return Err(Refusal::Unreadable);
        }
        let signed_at = match timestamp {
            Some(text) => Some(moment(text).ok_or(Refusal::Unreadable)?),
            None => None,
        };
        let parts: Vec<&[u8]> = self
            .format
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.as_bytes(),
                Piece::Body => &request.body,
                Piece::Timestamp => timestamp.unwrap_or_default().as_bytes(),
                Piece::Method => request.method.as_str().as_bytes(),
                Piece::Url => url.as_bytes(),
                Piece::MessageId => id.unwrap_or_default().as_bytes(),
            })
            .collect();
        let fits = |secret: &Secret| match self.secret_is_base64 {
            true => standard_webhooks::key(secret)
                .is_some_and(|key| self.algorithm.fits(&key, &parts, &digests)),
            false => self
                .algorithm
                .fits(secret.reveal().as_bytes(), &parts, &digests),
        };
        if !secrets.iter().any(fits) {
            return Err(Refusal::Wrong);
        }
        // After the digest: "too old" is only worth saying of what was genuine once.
        signed_at.map_or(Ok(()), |signed_at| check_age(signed_at, now))
    }

    /// Signs an event that is posted to the account's address.
    pub(super) fn sign(
        &self,
        secret: &Secret,
        account: &Account,
        event: &mut TestEvent,
        id: &str,
        now: Timestamp,
    ) -> Result<(), Advice> {
        let timestamp = now.as_second().to_string();
        let url = match (&account.webhook_url, self.format.contains(&Piece::Url)) {
            (None, true) => return Err(NO_ADDRESS),
            (Some(url), true) => url.as_str(),
            (_, false) => "",
        };
        let parts: Vec<&[u8]> = self
            .format
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.as_bytes(),
                Piece::Body => &event.body[..],
                Piece::Timestamp => timestamp.as_bytes(),
                Piece::Method => b"POST",
                Piece::Url => url.as_bytes(),
                Piece::MessageId => id.as_bytes(),
            })
            .collect();
        let key = match self.secret_is_base64 {
            true => standard_webhooks::key(secret).ok_or(UNUSABLE_SECRET)?,
            false => secret.reveal().as_bytes().to_vec(),
        };
        let digest = self.encoding.encode(&self.algorithm.sign(&key, &parts));
        if self.format.contains(&Piece::Timestamp) {
            event.show(self.timestamp_header.clone(), &timestamp)?;
        }
        if self.format.contains(&Piece::MessageId) {
            event.show(self.message_id_header.clone(), id)?;
        }
        let signature = format!("{}{digest}", self.prefix);
        event.show(self.signature_header.clone(), &signature)
    }

    /// What stands in a header that is signed; `None` if it is not.
    fn text_for<'r>(
        &self,
        piece: &Piece,
        header: &HeaderName,
        request: &'r RawRequest,
    ) -> Result<Option<&'r str>, Refusal> {
        if self.format.contains(piece) {
            text(request, header).map(Some)
        } else {
            Ok(None)
        }
    }

    /// The digests in a header. There is one, or several with spaces between them, as Svix writes
    /// them while keys are being rotated.
    fn digests(&self, header: &str) -> Vec<Vec<u8>> {
        let whole = header.strip_prefix(self.prefix.as_str());
        let several = header
            .split_whitespace()
            .filter_map(|signature| signature.strip_prefix(self.prefix.as_str()));
        whole
            .into_iter()
            .chain(several)
            .filter_map(|digest| self.encoding.decode(digest.trim()))
            .filter(|digest| digest.len() == self.algorithm.digest_length())
            .collect()
    }
}

fn text<'r>(request: &'r RawRequest, header: &HeaderName) -> Result<&'r str, Refusal> {
    let value = request.headers.get(header).ok_or(Refusal::Missing)?;
    value
        .to_str()
        .map(str::trim)
        .map_err(|_| Refusal::Unreadable)
}

/// The unit of the timestamp is documented nowhere, so seconds and milliseconds are both taken for
/// what they must be.
fn moment(text: &str) -> Option<i128> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number: i64 = text.parse().ok().filter(|_| is_number)?;
    let ms = i128::from(number);
    Some(if number < MILLISECONDS_FROM {
        ms * 1000
    } else {
        ms
    })
}

fn check_age(signed_at_ms: i128, now: Timestamp) -> Result<(), Refusal> {
    let age = i128::from(now.as_millisecond()) - signed_at_ms;
    if age.unsigned_abs() <= TOLERANCE_MS {
        Ok(())
    } else if age > 0 {
        Err(Refusal::TooOld)
    } else {
        Err(Refusal::FromTheFuture)
    }
}

/// What is signed, taken apart.
fn format(account: &Account) -> Result<Vec<Piece>, String> {
    let told = account.option(PAYLOAD_FORMAT);
    let with_time = flag(account, INCLUDE_TIMESTAMP, true)?;
    // What is signed without a time and without a format of one's own is not documented; the only
    // thing left of the default format is the body.
    let usual = if with_time {
        "{timestamp}.{body}"
    } else {
        "{body}"
    };
    let format = pieces(told.unwrap_or(usual))?;
    if !format.contains(&Piece::Body) {
        return Err("payload_format has no {body}, so anybody could change the body; put {body} into the credential's payload format, and here".into());
    }
    if !with_time && format.contains(&Piece::Timestamp) {
        return Err("payload_format has {timestamp}, and include_timestamp is false; leave one of them out, as in the credential".into());
    }
    Ok(format)
}

fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let placeholder = Piece::PLACEHOLDERS
            .into_iter()
            .find_map(|(name, piece)| Some((rest.strip_prefix(name)?, piece)));
        if let Some((after, piece)) = placeholder {
            pieces.push(piece);
            rest = after;
            continue;
        }
        if let Some(word) = unknown_placeholder(rest) {
            let known = Piece::PLACEHOLDERS.map(|(name, _)| name).join(" ");
            return Err(format!(
                "payload_format has {word:?}, which is no placeholder of Vapi's; there are {known}"
            ));
        }
        let letter = rest.chars().next().expect("the rest is not empty");
        match pieces.last_mut() {
            Some(Piece::Text(text)) => text.push(letter),
            _ => pieces.push(Piece::Text(letter.into())),
        }
        rest = &rest[letter.len_utf8()..];
    }
    Ok(pieces)
}

/// `{word}` at the beginning of a text.
fn unknown_placeholder(text: &str) -> Option<&str> {
    let end = text.strip_prefix('{')?.find('}')? + 2;
    let word = &text[1..end - 1];
    let is_word = word
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    (is_word && !word.is_empty()).then_some(&text[..end])
}

fn flag(account: &Account, key: OptionKey, usual: bool) -> Result<bool, String> {
    match account.option(key) {
        None => Ok(usual),
        Some("true") => Ok(true),
        Some("false") => Ok(false),
        Some(word) => Err(format!("{key} is {word:?}; it has to be true or false")),
    }
}
