//! The storage host: files behind unguessable or signed links, and no patience with credentials.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode, header};

use super::answer;
use super::api::{seen, text};
use crate::bucket;
use crate::links::{self, Pass};
use crate::seen::Host;
use crate::stand_in::StoredFile;
use crate::switches::Faults;
use crate::world::World;

/// All accounts' files.
pub(crate) fn storage_router(world: World) -> Router {
    Router::new().fallback(serve).with_state(world)
}

async fn serve(State(world): State<World>, request: Request) -> Response {
    let place = world.see(seen(&request, None, Host::Storage, world.now()));
    let response = answer_to(&world, &request);
    world.answered(place, response.status().as_u16());
    response
}

fn answer_to(world: &World, request: &Request) -> Response {
    // Object stores take one way of proving who asks; a signed link together with a header is an error there.
    if request.headers().contains_key(header::AUTHORIZATION) {
        return refusal(
            StatusCode::BAD_REQUEST,
            "InvalidArgument",
            "Only one auth mechanism allowed",
        );
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return refusal(
            StatusCode::METHOD_NOT_ALLOWED,
            "MethodNotAllowed",
            "The specified method is not allowed",
        );
    }
    match find(world, request) {
        Ok((file, faults, broken)) => {
            let range = text(request.headers(), header::RANGE);
            let if_range = text(request.headers(), header::IF_RANGE);
            let head = request.method() == Method::HEAD;
            match file {
                StoredFile::Sound(sound) => {
                    let pace = answer::Pace {
                        breaks_after: broken.then_some(faults.break_media_after),
                        slow: faults.slow_media,
                    };
                    answer::file(sound, range, if_range, head, pace)
                }
                StoredFile::Json(document) => {
                    let kind = [(header::CONTENT_TYPE, "application/json")];
                    let text = document.to_string();
                    (kind, if head { String::new() } else { text }).into_response()
                }
                StoredFile::Text(text) => (
                    [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
                    if head { String::new() } else { text },
                )
                    .into_response(),
            }
        }
        Err(missing) if bucket::asked_for(request.uri().path()).is_some() => {
            bucket::refusal(match missing {
                Missing::NotFound => bucket::Refusal::NoSuchKey,
                Missing::Denied if request.uri().query().is_none() => bucket::Refusal::NoSuchBucket,
                Missing::Denied => bucket::Refusal::Forged,
                Missing::Expired => bucket::Refusal::Expired,
            })
        }
        Err(Missing::NotFound) => refusal(
            StatusCode::NOT_FOUND,
            "NoSuchKey",
            "The specified key does not exist.",
        ),
        Err(Missing::Denied) => refusal(StatusCode::FORBIDDEN, "AccessDenied", "Access Denied"),
        Err(Missing::Expired) => {
            refusal(StatusCode::FORBIDDEN, "AccessDenied", "Request has expired")
        }
    }
}

enum Missing {
    NotFound,
    Denied,
    Expired,
}

/// The file, the faults of its account, and whether this transfer breaks off.
fn find(world: &World, request: &Request) -> Result<(StoredFile, Faults, bool), Missing> {
    let now = world.now();
    let inner = world.lock();
    let path = request.uri().path();
    let in_bucket = bucket::asked_for(path);
    let (token, name) = match &in_bucket {
        Some((place, _)) => (place.token, place.file),
        None => path
            .trim_start_matches('/')
            .split_once('/')
            .ok_or(Missing::NotFound)?,
    };
    let call = inner.call_of_token(token).ok_or(Missing::NotFound)?;
    if call.recording_deleted {
        return Err(Missing::NotFound);
    }
    let account = &inner.accounts[call.account];
    if account.provider.in_buckets() != in_bucket.is_some() {
        return Err(Missing::NotFound);
    }
    let faults = account.switches.faults();
    if faults.lists_only {
        return Err(Missing::NotFound);
    }
    let query = request.uri().query().unwrap_or_default();
    let pass = match &in_bucket {
        Some((place, is_signed)) => bucket::check(account, place, *is_signed, query, now),
        None => links::check(account, token, name, query, now),
    };
    match pass {
        Pass::Good => {}
        Pass::Unsigned
            if account.provider.public_links(call) && faults.links_expire_after.is_none() => {}
        Pass::Expired => return Err(Missing::Expired),
        Pass::Unsigned | Pass::Forged => return Err(Missing::Denied),
    }
    let file = account.provider.file(call, name).ok_or(Missing::NotFound)?;
    // What is written about a recording is not late or broken with its sound.
    let is_sound = matches!(file, StoredFile::Sound(_));
    let late = if is_sound {
        faults.recordings_late_by
    } else {
        std::time::Duration::ZERO
    };
    let ready = call.timeline.recording_ready.ok_or(Missing::NotFound)? + late;
    if !call.exists(now) || now < ready {
        return Err(Missing::NotFound);
    }
    let broken = is_sound
        && request.method() == Method::GET
        && account.switches.strikes(|faults| &mut faults.break_media);
    Ok((file, faults, broken))
}

fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    (
        status,
        [(header::CONTENT_TYPE, "application/xml")],
        Body::from(body),
    )
        .into_response()
}
