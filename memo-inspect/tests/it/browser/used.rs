//! The page, used: by clicks and by the keyboard.

use super::chromium::Chromium;
use super::stub::Stub;
use crate::watchdog::watchdog;

/// Waits for what is asked of the page, notes what is seen, and says so when it is done.
const STEPS: &str = "
    const notes = document.documentElement.dataset;
    const one = (selector) => document.querySelector(selector);
    const names = () => [...document.querySelectorAll('#rows tr:not([hidden]) [role=rowheader] a')].map((cell) => cell.textContent.trim());
    const until = async (is, what) => {
        for (let i = 0; i < 500; i++) {
            if (is()) return;
            await new Promise((go) => setTimeout(go, 10));
        }
        notes.trouble = what;
        throw new Error(what);
    };
    const type = (text) => {
        one('#filter').value = text;
        one('#filter').dispatchEvent(new Event('input', { bubbles: true }));
    };
    (async () => {
        await until(() => names().length > 0, 'rows');
        const head = () => one('[data-key=name]');
        head().querySelector('button').focus();
        notes.focused = document.activeElement.textContent.trim();
        document.activeElement.click();
        await until(() => head().getAttribute('aria-sort') === 'ascending', 'sorted');
        notes.up = names()[0];
        head().querySelector('button').click();
        await until(() => head().getAttribute('aria-sort') === 'descending', 'sorted again');
        notes.down = names()[0];
        type('module_3::');
        await until(() => names().length < 40, 'filtered');
        notes.filtered = names().length;
        type('nothing is called that');
        await until(() => names().length === 0, 'none');
        notes.none = one('#none').textContent;
        type('');
        await until(() => names().length === 40, 'all again');
        one('#rows a').click();
        await until(() => !one('#memo').hidden && one('#overview').hidden, 'one memo');
        notes.where = document.activeElement.id;
        one('#count-owners').click();
        await until(() => one('#owners').textContent !== '', 'objects');
        notes.objects = one('#owners').textContent;
        history.back();
        await until(() => one('#memo').hidden && !one('#overview').hidden, 'back');
        one('#pause').click();
        notes.paused = one('#pause').getAttribute('aria-pressed');
    })().finally(() => fetch('/done'));
";

#[test]
fn sorting_filtering_one_memo_and_the_way_back() {
    let Some(chromium) = Chromium::find() else { return };
    let stub = Stub::used_by(40, STEPS);
    let dom = watchdog(move || chromium.dom_when_loaded(&format!("http://{}/", stub.address)));
    let root = &dom[..dom.find("<head").expect("a head")];
    let noted = |what: &str| {
        let start = format!("data-{what}=\"");
        root.split(&start).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_else(|| panic!("no {what}: {root}"))
    };
    assert!(!root.contains("data-trouble"), "{root}");
    assert!(noted("focused").starts_with("Memo"), "{root}");
    assert_eq!([noted("up"), noted("down")], ["app::module_0::function_0", "app::module_9::function_9"]);
    // Of 40, every 17th is in the same module.
    assert_eq!(noted("filtered"), "3");
    assert!(noted("none").starts_with("No memo has this"), "{root}");
    assert_eq!(noted("where"), "memo-name", "what was opened has the focus");
    let objects = "5,000 objects have results; those with most have 12 (1.5 min old), 3. \
                   Those 1,000 whose age is known are 500 ms to 1.5 min old, half of them over 30 s.";
    assert_eq!(noted("objects").replace(['\u{202f}', '\u{a0}'], " "), objects);
    assert_eq!(noted("paused"), "true");
}
