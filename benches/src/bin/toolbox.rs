//! The weak toolbox beside its peers: maps with weak keys, and interners. Half a minute; `report` has the same.

use memo_benches::machine;
use memo_benches::report::{Effort, sections, targets};

fn main() {
    let sections = [sections::weak_maps(Effort::QUICK), sections::interners(Effort::QUICK)];
    println!("{}; {}.\n", machine::processor(), machine::versions());
    sections.iter().for_each(|section| println!("{section}"));
    let [mut table, interners] = sections.map(|section| section.table);
    table.append(interners);
    for target in targets::of_toolbox(&table) {
        println!("- {target}");
    }
}
