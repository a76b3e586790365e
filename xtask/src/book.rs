//! Building the book. Every file of it must be listed and every link between its
//! pages must lead somewhere; mdBook itself says nothing about either.

use crate::run;
use anyhow::{Context, bail};
use std::{collections::HashSet, fs, path::Path};

/// The version that is installed into `target/tools` when there is none.
const MDBOOK: &str = "0.5.4";

/// Checks and builds the book.
///
/// # Errors
/// When a page is missing or unlisted, a link is broken, or mdBook refuses.
pub fn build() -> anyhow::Result<()> {
    let problems = problems(Path::new("book/src"))?;
    if !problems.is_empty() {
        bail!("the book:\n  {}", problems.join("\n  "));
    }
    let own = "target/tools/bin/mdbook";
    let mdbook = if run::installed("mdbook", &["--version"]) { "mdbook" } else { own };
    if !run::installed(mdbook, &["--version"]) {
        run::run(&mut run::cargo(&["install", "mdbook", "--version", MDBOOK, "--locked", "--no-default-features", "--features", "search", "--quiet", "--root", "target/tools"]))?;
    }
    let mut command = run::program(mdbook, &["build", "book", "--dest-dir", "../target/book"]);
    let output = command.output().context("starting mdbook")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || said.contains("WARN") || said.contains("ERROR") {
        bail!("mdbook:\n{said}");
    }
    Ok(())
}

/// What is wrong with the pages in a folder.
fn problems(folder: &Path) -> anyhow::Result<Vec<String>> {
    let pages = pages(folder)?;
    let listed: HashSet<String> = links(&pages.iter().find(|(name, _)| name == "SUMMARY.md").context("book/src/SUMMARY.md")?.1).into_iter().collect();
    let mut problems = Vec::new();
    for (name, text) in &pages {
        if name != "SUMMARY.md" && !listed.contains(name.as_str()) {
            problems.push(format!("{name} is not in SUMMARY.md"));
        }
        for link in links(text) {
            let target = link.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            if !folder.join(target).exists() {
                problems.push(format!("{name} links to {target}, which is not there"));
            }
        }
    }
    Ok(problems)
}

fn pages(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "md") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            pages.push((name, fs::read_to_string(&path)?));
        }
    }
    pages.sort();
    Ok(pages)
}

/// The targets of `[text](target)`.
fn links(text: &str) -> Vec<String> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target.trim_start_matches("./").to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_page_and_a_broken_link_are_named() {
        let folder = std::env::temp_dir().join(format!("book-check-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("SUMMARY.md"), "- [One](one.md)\n").unwrap();
        fs::write(folder.join("one.md"), "[there](SUMMARY.md#x) [not](two.md) [out](https://example.org/a.md)").unwrap();
        fs::write(folder.join("three.md"), "").unwrap();
        let found = problems(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found, ["one.md links to two.md, which is not there", "three.md is not in SUMMARY.md"]);
    }
}
