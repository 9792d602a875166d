//! What the resolver states while it refuses: who depends on what, and what does not exist.
//!
//! Lives here: reading single claims out of uv's derivation. A derivation of a large set is long and its conclusions are
//! nested; of a minimal set it holds little more than the claims themselves. Lives elsewhere: making the set minimal
//! (`engine::validate`), the same facts from the packages' own metadata (`super::metadata`).

use uplift_model::PackageName;

/// One claim: `torchvision==0.16.0` depends on `torch==2.1.0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    pub name: PackageName,
    /// With its versions, as the resolver writes it: `arq>=0.26.3`.
    pub by: String,
    /// `redis[hiredis]>=4.2.0,<6`, or `Python>=3.10`.
    pub on: String,
}

/// Every `X depends on Y` of the text, each once.
pub fn claims(text: &str) -> Vec<Claim> {
    let text = without_markers(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut all = Vec::new();
    for (at, pair) in words.windows(2).enumerate() {
        let [verb, preposition] = pair else { continue };
        let behind = |words_back: usize| at.checked_sub(words_back).and_then(|before| words.get(before)).copied();
        // `all versions of x depend on y` is one claim; of `all of: x<1 x>1 depend on y` nothing is made.
        let all_of_one = || *verb == "depend" && behind(2) == Some("of") && behind(3) == Some("versions");
        if *preposition != "on" || (*verb != "depends" && !all_of_one()) {
            continue;
        }
        let by = at.checked_sub(1).and_then(|before| words.get(before)).map(|w| bare(w));
        let on = words.get(at + 2).map(|w| bare(w));
        let (Some(by), Some(on)) = (by, on) else { continue };
        let Some(name) = name_of(by) else { continue };
        // "one of:" and the like name no single package.
        if name_of(on).is_none() || words.get(at + 3) == Some(&"of:") {
            continue;
        }
        for on in [Some(on), second(&words, at + 3)].into_iter().flatten() {
            let claim = Claim { name: name.clone(), by: by.to_owned(), on: on.to_owned() };
            if !all.contains(&claim) {
                all.push(claim);
            }
        }
    }
    all
}

/// The other object in `x depends on a and b, we can conclude`; in `x depends on a and y depends on b` there is none.
fn second<'t>(words: &[&'t str], at: usize) -> Option<&'t str> {
    let (and, word, behind) = (words.get(at)?, words.get(at + 1)?, words.get(at + 2)?);
    (*and == "and" && word.ends_with(',') && *behind == "we" && name_of(bare(word)).is_some()).then(|| bare(word))
}

/// Whether the text speaks of the package at all.
pub fn mentions(text: &str, name: &PackageName) -> bool {
    text.split_whitespace().any(|word| name_of(bare(word)).as_ref() == Some(name))
}

/// Without `{platform_machine == 'x86_64'}` and the like, which stand between a name and its versions.
fn without_markers(text: &str) -> String {
    let mut depth = 0_u32;
    let keep = |c: &char| {
        match c {
            '{' => depth = depth.saturating_add(1),
            '}' => {
                depth = depth.saturating_sub(1);
                return false;
            }
            _ => {}
        }
        depth == 0
    };
    text.chars().filter(keep).collect()
}

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| matches!(c, ',' | '.' | '`' | '(' | ')' | ';'))
}

/// The package that a word such as `redis[hiredis]>=4.2.0,<6` is about.
fn name_of(word: &str) -> Option<PackageName> {
    let end = word.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(word.len());
    PackageName::new(word.get(..end)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "No solution found when resolving dependencies cause: Because opentelemetry-instrumentation-fastapi==0.43b0 depends on opentelemetry-semantic-conventions==0.43b0 and arq>=0.26.3 depends on redis[hiredis]>=4.2.0,<6, we can conclude that your requirements are unsatisfiable.";

    #[test]
    fn claims_keep_extras_and_commas() {
        let all = claims(TEXT);
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].on, "opentelemetry-semantic-conventions==0.43b0");
        assert_eq!((all[1].name.as_str(), all[1].by.as_str()), ("arq", "arq>=0.26.3"));
        assert_eq!(all[1].on, "redis[hiredis]>=4.2.0,<6");
        assert!(mentions(TEXT, &PackageName::new("arq").unwrap()));
        assert!(!mentions(TEXT, &PackageName::new("torch").unwrap()));
    }

    #[test]
    fn markers_between_name_and_version_are_left_out() {
        let text = "torch==2.5.1 depends on nvidia-nvjitlink-cu12{platform_machine == 'x86_64' and sys_platform == 'linux'}==12.4.127 and";
        assert_eq!(claims(text)[0].on, "nvidia-nvjitlink-cu12==12.4.127");
    }

    #[test]
    fn one_who_depends_on_two_makes_two_claims() {
        let text = "And because google-cloud-secret-manager>=2.32.0 depends on google-api-core[grpc]>=2.28.0 and protobuf>=6.33.5,<8.0.0, we can conclude that google-cloud-secret-manager>=2.32.0 and opentelemetry-exporter-jaeger>=1.21.0 are incompatible.";
        let on: Vec<String> = claims(text).into_iter().map(|c| c.on).collect();
        assert_eq!(on, ["google-api-core[grpc]>=2.28.0", "protobuf>=6.33.5,<8.0.0"]);
        let other = "Because a==1 depends on b>=2 and c==1 has no usable wheels, we can conclude";
        assert_eq!(claims(other).len(), 1);
        let third = "Because a==1 depends on b>=2 and you require b==1, we can conclude";
        assert_eq!(claims(third).len(), 1);
    }

    #[test]
    fn what_all_versions_depend_on_is_a_claim() {
        let text = "Because all versions of wrapper depend on crypt>=3,<4 and you require crypt==5.0, we can conclude";
        let all = claims(text);
        assert_eq!((all[0].name.as_str(), all[0].on.as_str(), all.len()), ("wrapper", "crypt>=3,<4", 1));
    }

    #[test]
    fn lists_are_no_claims() {
        assert!(claims("all of: a>1 a<1 depend on b, and a==1 depends on one of: b==1 b==2").is_empty());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "(depends on |[{}a-z=.,\\[\\] ]){0,40}", other in "\\PC{0,80}") {
            let _ = claims(&text);
            let _ = claims(&other);
        }
    }
}
