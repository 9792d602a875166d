#[path = "../benches/worlds/mod.rs"]
#[allow(dead_code)]
mod worlds;
use uplift_decide::culprit::*;
#[test]
fn dump() {
    let name = std::env::var("ROW").unwrap();
    let row = worlds::figures::rows().into_iter().find(|r| r.name == name).unwrap();
    let mut all = vec![];
    for seed in 0..300 {
        let mut w = worlds::World::new(seed, row.kind);
        let units = w.units.clone();
        let mut log = vec![];
        let f = search(&units, &Limits::default(), &mut w, &mut |s| log.push(s)).unwrap();
        let lost = w.best - f.kept.len();
        let bad = f.dropped.iter().filter(|d| d.needed_by_drop.is_none() && w.innocent(d.unit)).count();
        all.push((f.full_runs + f.probes, seed, lost, bad));
    }
    all.sort(); all.reverse();
    println!("{:?}", &all[..10]);
    println!("lost {:?}", all.iter().filter(|a| a.2 > 0 || a.3 > 0).collect::<Vec<_>>());
    let seed = std::env::var("SEED").map(|s| s.parse().unwrap()).unwrap_or(all[0].1);
    let mut w = worlds::World::new(seed, row.kind);
    let units = w.units.clone();
    println!("{}", w.tell());
    for (u, unit) in units.iter().enumerate() { if !unit.needs.is_empty() { println!("{u} needs {:?}", unit.needs); } }
    let out = |s: &UnitSet| (0..24).filter(|u| !s.contains(*u)).collect::<Vec<_>>();
    let f = search(&units, &Limits::default(), &mut w, &mut |s| match s {
        Step::Full { set, failing, masked } => println!("FULL out {:?} failing {failing} {masked}", out(&set)),
        Step::Probe { set, failing, masked, tests } => println!("probe out {:?} failing {failing}/{tests} {masked}", out(&set)),
        o => println!("{o:?}"),
    }).unwrap();
    println!("best {} {:?}", w.best, f.kept.len());
    for d in &f.dropped { println!("{} with {:?} needed {:?} in: {:?} {}", d.unit, d.with, d.needed_by_drop, d.fails.minus(&d.passes), d.symptom); }
}
