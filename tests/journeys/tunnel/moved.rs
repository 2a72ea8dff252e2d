//! The public address is another one than before.

use std::{fs, net::SocketAddr};

use ringback_journeys::{
    door::Sender,
    patience::{SOON, until},
    setting::{Setting, TWILIO},
    signing::{secret, twilio},
};
use ringback_peers::Wire;

use super::{start, tunnel_that, up, with_tunnel};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_address_is_told_per_account_and_signatures_are_checked_against_it() {
    let setting = Setting::webhooks_only().await;
    let door = setting.sender.door().port().expect("the door has a port");
    let door = SocketAddr::from(([127, 0, 0, 1], door));
    let (first, second) = (Wire::to(door).await, Wire::to(door).await);
    let file = setting.folder().join("address");
    let print = |wire: &Wire| {
        let line = format!("open at http://127.0.0.1:{}\n", wire.port());
        fs::write(&file, line).expect("the home can be written");
    };
    print(&first);
    with_tunnel(
        &setting,
        &format!(
            "kind = \"command\"\nurl_pattern = \"open at (http://[0-9.:]+)\"\n\
             command = [\"/bin/sh\", \"-c\", \"cat '{}'; exec sleep 600\"]",
            file.display()
        ),
    );
    let house = start(&setting).await;
    let before = up(&house).await;
    assert_eq!(before.port(), Some(first.port()));
    assert!(house.alerts().is_empty(), "the first address is no change");

    print(&second);
    house.engine.restart_tunnel().expect("it runs here");
    let report = tunnel_that(&house, "another address", |report| {
        report
            .url
            .as_ref()
            .is_some_and(|url| url.port() == Some(second.port()))
    })
    .await;
    let now = report.url.expect("it is up");
    let accounts = &house.engine.config().accounts;
    until(SOON, "every account has its alert", async || {
        let alerts = house.alerts();
        accounts
            .iter()
            .all(|account| {
                let subject = account.account.id.to_string();
                alerts.contains(&("public_url_changed".to_owned(), subject))
            })
            .then_some(())
    })
    .await;
    for account in accounts {
        let webhook = house.engine.webhook_url(account).expect("it is known");
        assert!(webhook.as_str().starts_with(now.as_str()), "{webhook}");
    }

    // Twilio signs the address that it posts to: the new one is good, the old one no more.
    let sender = Sender::new(&now);
    let form = b"CallSid=CA00000000000000000000000000000001&CallStatus=ringing".to_vec();
    let path = format!("/webhooks/{TWILIO}");
    for (signed, status) in [(&before, 401), (&now, 200)] {
        let signature = twilio(
            &secret(&setting, TWILIO),
            &format!("{}{path}", signed.as_str().trim_end_matches('/')),
            &form,
        );
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("x-twilio-signature", signature.as_str()),
        ];
        let answer = sender.post_bytes(&path, &headers, form.clone());
        assert_eq!(
            answer.await.expect("the door answers").status,
            status,
            "{signed}"
        );
    }
    house.engine.shutdown().await;

    // The address is remembered: the same one again is no change.
    let again = start(&setting).await;
    for alert in again
        .engine
        .read(|reader| reader.alerts().open())
        .expect("readable")
    {
        let id = alert.id;
        let done = again
            .engine
            .write(move |writer| writer.alerts_mut().acknowledge(id));
        done.await.expect("it is seen");
    }
    assert_eq!(up(&again).await, now);
    assert!(again.alerts().is_empty(), "{:?}", again.alerts());
    again.engine.shutdown().await;
}
