//! What is asked and done, seen from the other side of the contract.

use std::sync::Mutex;

use tokio::sync::broadcast;

use super::*;
use crate::standing::samples::alert;

/// Answers as an engine with one call would, and writes down what it was asked to change.
#[derive(Default)]
struct Engine {
    changed: Mutex<Vec<String>>,
    refuses: bool,
}

#[async_trait::async_trait]
impl Contract for Engine {
    async fn call(&self, name: &str, args: Value) -> Result<Value, ErrorJson> {
        if name == "calls.get" {
            return Ok(json!({"call": {
                "agent": {"id": "a", "name": "Desk"}, "from": "+15550100",
                "recordings": [
                    {"id": "r1", "state": "failed"}, {"id": "r2", "state": "ready"},
                    {"id": "r3", "state": "expired"}
                ]
            }}));
        }
        if self.refuses {
            return Err(ErrorJson::new(
                ErrorCode::NotNow,
                "there is nothing to fetch",
            ));
        }
        let line = format!("{name} {args}");
        self.changed
            .lock()
            .expect("no test panics within")
            .push(line);
        Ok(json!({}))
    }

    async fn bytes(&self, _name: &str, _args: Value) -> Result<Vec<u8>, ErrorJson> {
        Ok(Vec::new())
    }

    fn events(&self) -> broadcast::Receiver<ringback_api::Event> {
        broadcast::Sender::new(1).subscribe()
    }
}

impl Engine {
    fn changed(self) -> Vec<String> {
        self.changed.into_inner().expect("no test panics within")
    }
}

const NOW: &str = "2026-03-01T10:00:00.000Z";

#[tokio::test]
async fn trying_again_fetches_what_failed_and_a_new_failure_will_be_news() {
    let engine = Engine::default();
    let failed = [alert("7", "recording_failed", "01CALL", NOW)];
    assert_eq!(retry(&engine, &failed).await, Ok(()));
    assert_eq!(
        engine.changed(),
        [
            r#"recordings.retry {"id":"r1"}"#,
            r#"recordings.retry {"id":"r3"}"#,
            r#"alerts.acknowledge {"id":"7"}"#,
        ]
    );
}

#[tokio::test]
async fn each_kind_is_tried_again_in_its_own_way() {
    for (kind, asked) in [
        ("tunnel_down", "tunnel.restart {}"),
        ("stuck_call", r#"calls.check {"id":"01CALL"}"#),
        ("offsite_failed", "offsite.push {}"),
    ] {
        let engine = Engine::default();
        assert_eq!(
            retry(&engine, &[alert("7", kind, "01CALL", NOW)]).await,
            Ok(())
        );
        assert_eq!(engine.changed(), [asked], "{kind}");
    }
}

#[tokio::test]
async fn what_cannot_be_tried_again_says_so_and_stays_unseen() {
    let engine = Engine {
        refuses: true,
        ..Engine::default()
    };
    let failed = [alert("7", "recording_failed", "01CALL", NOW)];
    let refused = retry(&engine, &failed).await.expect_err("it refuses");
    assert_eq!(refused.code, ErrorCode::NotNow);
    assert!(engine.changed().is_empty());
}

#[tokio::test]
async fn what_plays_is_held_where_it_is_when_nobody_is_left_to_stop_it() {
    let engine = Engine::default();
    hold_player(&engine).await;
    assert_eq!(engine.changed(), ["player.pause {}"]);
}

#[tokio::test]
async fn who_called_is_the_agent_and_the_number() {
    let engine = Engine::default();
    assert_eq!(
        who(&engine, "01CALL").await.as_deref(),
        Some("Desk · +15550100")
    );
}
