//! A till's data that was put back from an old copy, or copied to another folder.

use super::Office;
use crate::venue::copy_folder;

fn text(value: &serde_json::Value) -> &str {
    value.as_str().expect("a text")
}

#[test]
fn an_old_copy_that_is_put_back_begins_no_number_again_and_shows_the_gap() {
    let office = Office::with_places(9);
    office.open_with("");
    let line = office.line(1, 1);
    let sell = ["sell", "--line", &line, "--pay", "card:2200"];
    let first = office.done(&sell);
    let before = office.done(&["status"]);
    let (data, aside) = (
        office.device.data(),
        office.device.data().with_file_name("aside"),
    );
    copy_folder(&data, &aside);
    office.done(&sell);
    office.done(&sell);
    std::fs::remove_dir_all(&data).expect("gone");
    copy_folder(&aside, &data);

    assert_eq!(
        office.refused(&["x"]),
        "no_shift",
        "the old shift is not gone on with"
    );
    office.open_with("");
    let after = office.done(&["status"]);
    let journals = after["journals"].as_array().expect("a list");
    assert_eq!(journals.len(), 2);
    // Two sales, each with its payment.
    assert_eq!(
        (&journals[0]["closed"], &journals[0]["missing"]),
        (&"rolled_back".into(), &4.into())
    );
    assert_eq!(journals[1]["cause"], "rolled_back");
    assert_eq!(
        (&before["receipt"], &after["receipt"]),
        (&1.into(), &3.into())
    );
    assert_eq!(
        (&before["perpetual_sold"], &after["perpetual_sold"]),
        (&2200.into(), &6600.into()),
        "what was sold since is in no journal here, and in the total"
    );
    // Places may have been sold that it doesn't know of.
    assert_eq!(office.refused(&sell), "replica_doubtful");
    let sale = text(&first["sale"]).to_owned();
    assert_eq!(
        office.refused(&["refund", &sale, "--reason", "guest", "--by", "card"]),
        "no_such_sale"
    );
    let z = office.done(&["close"]);
    assert_eq!((&z["z"], &z["perpetual_sold"]), (&1.into(), &6600.into()));
}

#[test]
fn a_copy_in_another_folder_writes_a_journal_of_its_own_and_sells_nothing() {
    let office = Office::with_places(9);
    office.open_with("");
    let line = office.line(1, 1);
    office.done(&["sell", "--line", &line, "--pay", "card:2200"]);
    let copy = office.device.data().with_file_name("copy");
    copy_folder(&office.device.data(), &copy);
    let at_copy = |arguments: &[&str]| {
        let copy = copy.display().to_string();
        let arguments = [&["till"][..], arguments, &["--data", &copy]].concat();
        crate::run::run(&mut crate::run::command(&office.device, &arguments))
    };
    assert_eq!(at_copy(&["x"]).error(), "no_shift");
    assert_eq!(at_copy(&["train", "--line", &line]).code, Some(0));
    let status = at_copy(&["status"]);
    assert_eq!(status.lines[0]["journals"][1]["cause"], "copied");
    assert_eq!(status.lines[0]["perpetual_sold"], 2200);
    assert_eq!(
        office.done(&["status"])["journals"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}
