//! One line of the log, for people or as JSON; which of them is chosen while the program runs.

use std::{
    fmt,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::{Map, Value};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::{self, Writer},
        time::{FormatTime, SystemTime},
    },
    registry::LookupSpan,
};

/// How a line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON document a line: `timestamp`, `level`, `target`, `message`, and what else is told.
    Json,
}

impl FromStr for Format {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("has to be \"text\" or \"json\""),
        }
    }
}

/// Writes lines in the format that is chosen at that moment.
pub(crate) struct Lines {
    pub(crate) is_json: Arc<AtomicBool>,
    pub(crate) text: format::Format,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if self.is_json.load(Ordering::Relaxed) {
            writeln!(writer, "{}", document(event)?)
        } else {
            self.text.format_event(context, writer, event)
        }
    }
}

fn document(event: &Event<'_>) -> Result<Value, fmt::Error> {
    let mut at = String::new();
    SystemTime.format_time(&mut Writer::new(&mut at))?;
    let about = event.metadata();
    let mut fields = Fields(Map::new());
    fields.0.insert("timestamp".into(), at.into());
    fields
        .0
        .insert("level".into(), about.level().as_str().into());
    fields.0.insert("target".into(), about.target().into());
    event.record(&mut fields);
    Ok(Value::Object(fields.0))
}

struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, field: &Field, value: Value) {
        // What every line has stays what it is.
        if !matches!(field.name(), "timestamp" | "level" | "target") {
            self.0.insert(field.name().to_owned(), value);
        }
    }
}

impl Visit for Fields {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}").into());
    }
}
