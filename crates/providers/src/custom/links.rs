//! Where a backend's recordings are, how long its links live, and what it means when a storage turns
//! one down.
//!
//! Nobody but the account's owner knows where the recordings lie, so there is no storage that counts
//! as the provider's: links lead to the account's `media_hosts`, or to the host of its `base_url`.

use jiff::Timestamp;
use ringback_model::{Link, Reason, SecretUrl};
use serde_json::Value;
use url::Url;

use crate::{ApiError, http::Storage, signed_link::signed_until};

/// None is the provider's own.
pub(super) const STORAGE: Storage = &[];

/// A link with the moment it dies: its own, and the sender's word for it.
pub(super) fn link(url: Url, told_end: Option<Timestamp>) -> Link {
    let ends = [signed_until(&url), told_end];
    Link {
        expires_at: ends.into_iter().flatten().min(),
        url: SecretUrl::new(url),
    }
}

/// What it means that a storage answers with `status` and `said` instead of sound; `None` where the
/// status says it all.
///
/// Supabase Storage answers nearly everything with 400 and the meaning in JSON (`storage-error.ts` and
/// `error-handler.ts` of supabase/storage, read November 2026); S3 and those like it have XML.
pub(super) fn meaning(link: &Link, status: u16, said: &[u8], now: Timestamp) -> Option<ApiError> {
    let said = Said::read(said);
    let is_past = link.expires_at.is_some_and(|end| end <= now);
    match status {
        410 => Some(ApiError::Withheld(Reason::DeletedAtProvider)),
        // Nobody can be asked for another link, so there is no use in coming back.
        400 | 401 | 403 | 404 if is_past || said.is_expired() => {
            Some(ApiError::Withheld(Reason::LinkExpired))
        }
        400 | 404 if said.lacks_bucket() => Some(ApiError::NotFound),
        // Links are told before the upload is done.
        404 => Some(ApiError::NotReady),
        400 if said.lacks_file() => Some(ApiError::NotReady),
        // S3 says 403 of what is not there yet, unless one may list the bucket.
        401 | 403 => Some(ApiError::LinkDead),
        400 if said.is_about_a_token() => Some(ApiError::LinkDead),
        _ => None,
    }
}

/// The words of a storage for why not.
struct Said {
    /// `NoSuchKey`, `ExpiredToken`, ...
    code: String,
    /// The status that Supabase means.
    status: String,
    message: String,
}

impl Said {
    fn read(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let json: Value = serde_json::from_str(&text).unwrap_or_default();
        let told = |name: &str| match &json[name] {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        let or_xml = |told: String, tag: &str| {
            if told.is_empty() {
                element(&text, tag)
            } else {
                told
            }
        };
        // Older servers leave `code` out.
        let code = Some(told("code")).filter(|code| !code.is_empty());
        Self {
            code: or_xml(code.unwrap_or_else(|| told("error")), "Code"),
            status: told("statusCode"),
            message: or_xml(told("message"), "Message"),
        }
    }

    fn is_expired(&self) -> bool {
        self.code == "ExpiredToken"
            || self.message == "Request has expired"
            || self.message.contains("\"exp\" claim")
    }

    fn lacks_bucket(&self) -> bool {
        self.code == "NoSuchBucket" || self.message == "Bucket not found"
    }

    fn lacks_file(&self) -> bool {
        matches!(self.code.as_str(), "NoSuchKey" | "not_found") || self.status == "404"
    }

    fn is_about_a_token(&self) -> bool {
        matches!(
            self.code.as_str(),
            "InvalidJWT" | "InvalidSignature" | "AccessDenied"
        )
    }
}

/// What stands in the first element of that name. Empty where there is none.
fn element(xml: &str, tag: &str) -> String {
    let inside = || {
        let (_, rest) = xml.split_once(&format!("<{tag}>"))?;
        let (inside, _) = rest.split_once(&format!("</{tag}>"))?;
        Some(inside.trim().to_owned())
    };
    inside().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(end: Option<&str>, status: u16, said: &str) -> Option<ApiError> {
        let url = Url::parse("https://ref.supabase.co/a").expect("a URL");
        let end = end.map(|text| text.parse().expect("a time"));
        let now = "2026-03-01T10:00:00Z".parse().expect("a time");
        meaning(&link(url, end), status, said.as_bytes(), now)
    }

    fn supabase(status: &str, error: &str, code: Option<&str>, message: &str) -> String {
        let mut body =
            serde_json::json!({"statusCode": status, "error": error, "message": message});
        if let Some(code) = code {
            body["code"] = code.into();
        }
        body.to_string()
    }

    #[test]
    fn supabase_s_400_is_read_by_its_words() {
        let expired = Some(ApiError::Withheld(Reason::LinkExpired));
        for (said, meaning) in [
            (
                supabase("404", "not_found", Some("NoSuchKey"), "Object not found"),
                Some(ApiError::NotReady),
            ),
            (
                supabase("404", "not_found", None, "Object not found"),
                Some(ApiError::NotReady),
            ),
            (
                supabase(
                    "404",
                    "Bucket not found",
                    Some("NoSuchBucket"),
                    "Bucket not found",
                ),
                Some(ApiError::NotFound),
            ),
            (
                supabase(
                    "400",
                    "ExpiredToken",
                    Some("ExpiredToken"),
                    "The provided token has expired",
                ),
                expired.clone(),
            ),
            (
                supabase(
                    "400",
                    "InvalidJWT",
                    None,
                    "\"exp\" claim timestamp check failed",
                ),
                expired,
            ),
            (
                supabase("400", "InvalidJWT", Some("InvalidJWT"), "invalid signature"),
                Some(ApiError::LinkDead),
            ),
            (
                supabase("413", "Payload too large", None, "too large"),
                None,
            ),
            ("no JSON at all".to_owned(), None),
            (String::new(), None),
            ("[]".to_owned(), None),
        ] {
            assert_eq!(what(None, 400, &said), meaning, "{said}");
        }
        let numeric = r#"{"statusCode": 404, "error": "Not Found"}"#;
        assert_eq!(what(None, 400, numeric), Some(ApiError::NotReady));
    }

    #[test]
    fn s3_s_xml_is_read_too() {
        let xml = |code: &str, message: &str| {
            format!(
                "<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
            )
        };
        assert_eq!(
            what(None, 403, &xml("AccessDenied", "Request has expired")),
            Some(ApiError::Withheld(Reason::LinkExpired))
        );
        assert_eq!(
            what(None, 403, &xml("AccessDenied", "Access Denied")),
            Some(ApiError::LinkDead)
        );
        assert_eq!(
            what(
                None,
                404,
                &xml("NoSuchKey", "The specified key does not exist.")
            ),
            Some(ApiError::NotReady)
        );
        assert_eq!(
            what(
                None,
                404,
                &xml("NoSuchBucket", "The specified bucket does not exist")
            ),
            Some(ApiError::NotFound)
        );
        assert_eq!(what(None, 400, "<Error><Code>never closed"), None);
    }

    #[test]
    fn a_link_past_its_end_is_not_tried_again_and_one_before_it_is() {
        let (past, to_come) = (Some("2026-03-01T10:00:00Z"), Some("2026-03-01T10:00:01Z"));
        for status in [400, 401, 403, 404] {
            assert_eq!(
                what(past, status, ""),
                Some(ApiError::Withheld(Reason::LinkExpired)),
                "{status}"
            );
        }
        assert_eq!(what(to_come, 400, ""), None);
        assert_eq!(what(to_come, 401, ""), Some(ApiError::LinkDead));
        assert_eq!(what(to_come, 404, ""), Some(ApiError::NotReady));
        assert_eq!(
            what(past, 410, ""),
            Some(ApiError::Withheld(Reason::DeletedAtProvider))
        );
        assert_eq!(
            what(past, 503, ""),
            None,
            "the storage's own trouble passes"
        );
    }

    #[test]
    fn the_earlier_end_counts() {
        let url = Url::parse("https://d.example/a?Expires=1772359200").expect("a URL");
        let end = |told: Option<&str>| {
            let told = told.map(|text| text.parse().expect("a time"));
            link(url.clone(), told).expires_at.map(|at| at.to_string())
        };
        assert_eq!(end(None).as_deref(), Some("2026-03-01T10:00:00Z"));
        assert_eq!(
            end(Some("2026-03-01T09:00:00Z")).as_deref(),
            Some("2026-03-01T09:00:00Z")
        );
        assert_eq!(
            end(Some("2026-03-01T11:00:00Z")).as_deref(),
            Some("2026-03-01T10:00:00Z")
        );
    }
}
