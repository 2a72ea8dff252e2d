//! The board of calls that are going on.

use std::time::Duration;

use ringback_journeys::{
    patience::{A_WHILE, SOON, until},
    setting::{RETELL, Setting},
    window::{Role, journey},
};
use ringback_simulator::CallScript;

use crate::steps;

#[tokio::test]
async fn a_call_stands_on_the_board_while_it_goes_on_and_leaves_it_when_it_ends() {
    journey("board", async |desk| {
        let setting = Setting::in_real_time().await;
        desk.move_into(&setting);
        let view = desk.open(&[]).await;
        view.find(Role::Region, "Ongoing calls").await;

        let script = CallScript {
            talk: Some(Duration::from_secs(8)),
            ..CallScript::default()
        };
        let call = setting
            .simulator
            .place(RETELL, script)
            .expect("the account is simulated");
        // The end is told only after the call was seen on the board, however long that takes.
        let mut held = Vec::new();
        until(A_WHILE, "the call has begun", async || {
            held.extend(setting.world().webhooks_due(setting.now()));
            let begin = held.iter().position(|it| it.kind == "call_started")?;
            setting.post(&held.remove(begin)).await;
            Some(())
        })
        .await;
        let cards =
            "[...document.querySelectorAll('section[aria-label=\"Ongoing calls\"] [data-call]')]";
        let card = view
            .until_true(
                SOON,
                "the call appears on the board",
                &format!("return {cards}.map((card) => card.dataset.call)[0]"),
            )
            .await;
        view.picture("ongoing").await;

        until(A_WHILE, "everything is told", async || {
            held.extend(setting.world().webhooks_due(setting.now()));
            for webhook in held.drain(..) {
                setting.post(&setting.world().signed_again(&webhook)).await;
            }
            setting.world().next_webhook_at().is_none().then_some(())
        })
        .await;
        view.until_true(
            A_WHILE,
            "the call leaves the board",
            &format!("return {cards}.length === 0"),
        )
        .await;
        let truth = setting
            .simulator
            .truth(&call)
            .expect("the call is simulated");
        assert!(
            truth.ended_at.is_some(),
            "it left the board before it had ended"
        );
        view.go("#/calls").await;
        steps::ready_row(&view).await;
        let here = view
            .call("calls.get", serde_json::json!({ "id": call }))
            .await;
        assert_eq!(here["call"]["id"], card, "the same call stands in the list");
    })
    .await;
}
