//! Mails and what is left of each: `NAME.in` beside `NAME.out`.

use std::{fs, path::Path};

#[test]
fn every_mail_keeps_what_was_written_and_nothing_else() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trim");
    let mut names: Vec<_> = fs::read_dir(&folder).expect("the folder").map(|f| f.expect("a file").path()).filter(|p| p.extension().is_some_and(|e| e == "in")).collect();
    names.sort();
    assert!(names.len() > 20, "the pairs are gone");
    let wrong: Vec<String> = names
        .iter()
        .filter_map(|path| {
            let mail = fs::read_to_string(path).expect("a mail");
            let expected = fs::read_to_string(path.with_extension("out")).expect("its answer");
            let found = loomio_mail::inbound::trim::reply(&mail, Some("Kim Park"));
            (found != expected.trim_end()).then(|| format!("{}: expected {expected:?}, found {found:?}", path.file_stem().unwrap_or_default().to_string_lossy()))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
