//! Patterns of workspaces: `packages/*`, `apps/**`, `{a,b}/*`, `!packages/old`.

/// Whether a folder belongs to a workspace by its patterns: one admits it and none behind a `!` takes it out again.
pub(super) fn admits(patterns: &[String], folder: &str) -> bool {
    let mut within = false;
    for pattern in patterns {
        let (negated, pattern) = match pattern.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, pattern.as_str()),
        };
        if alternatives(tidy(pattern)).iter().any(|p| matches(p, folder)) {
            within = !negated;
        }
    }
    within
}

fn tidy(pattern: &str) -> &str {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    pattern.strip_suffix("/package.json").unwrap_or(pattern).trim_matches('/')
}

/// Braces written out, at most 64 ways.
fn alternatives(pattern: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut open = vec![pattern.to_owned()];
    while let Some(pattern) = open.pop() {
        let braces = pattern.rfind('{').and_then(|from| {
            let (before, rest) = pattern.split_at_checked(from)?;
            let (inside, after) = rest.strip_prefix('{')?.split_once('}')?;
            Some((before.to_owned(), inside.to_owned(), after.to_owned()))
        });
        match braces {
            Some((before, inside, after)) if done.len() + open.len() < 64 => {
                open.extend(inside.split(',').map(|choice| format!("{before}{choice}{after}")));
            }
            _ => done.push(pattern),
        }
    }
    done
}

fn matches(pattern: &str, folder: &str) -> bool {
    let split = |text: &str| text.split('/').filter(|p| !p.is_empty() && *p != ".").map(str::to_owned).collect();
    let (pattern, folder): (Vec<String>, Vec<String>) = (split(pattern), split(folder));
    // Row by row, so that stars cost no more than pattern times folder.
    let mut reach = vec![false; folder.len() + 1];
    if let Some(first) = reach.first_mut() {
        *first = true;
    }
    for part in &pattern {
        let mut next = vec![false; reach.len()];
        let mut running = false;
        for (at, reached) in reach.iter().enumerate() {
            if part == "**" {
                running |= reached;
                if let Some(cell) = next.get_mut(at) {
                    *cell = running;
                }
            } else if *reached
                && folder.get(at).is_some_and(|name| one(part, name))
                && let Some(cell) = next.get_mut(at + 1)
            {
                *cell = true;
            }
        }
        reach = next;
    }
    reach.last().copied().unwrap_or(false)
}

/// One name against a part with `*` and `?`.
fn one(part: &str, name: &str) -> bool {
    if part.starts_with('*') && name.starts_with('.') {
        return false;
    }
    let name: Vec<char> = name.chars().collect();
    let mut reach = vec![false; name.len() + 1];
    if let Some(first) = reach.first_mut() {
        *first = true;
    }
    for sign in part.chars() {
        let mut next = vec![false; reach.len()];
        let mut running = false;
        for (at, reached) in reach.iter().enumerate() {
            running |= reached;
            let step = *reached && name.get(at).is_some_and(|c| sign == '?' || sign == *c);
            if sign == '*'
                && let Some(cell) = next.get_mut(at)
            {
                *cell = running;
            } else if step && let Some(cell) = next.get_mut(at + 1) {
                *cell = true;
            }
        }
        reach = next;
    }
    reach.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(patterns: &[&str], folder: &str) -> bool {
        admits(&patterns.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>(), folder)
    }

    #[test]
    fn patterns_admit_folders() {
        assert!(within(&["packages/*"], "packages/a"));
        assert!(!within(&["packages/*"], "packages/a/b"));
        assert!(!within(&["packages/*"], "packages"));
        assert!(within(&["packages/**"], "packages/a/b"));
        assert!(within(&["./apps/web/"], "apps/web"));
        assert!(within(&["{apps,libs}/*-{x,y}"], "libs/a-y"));
        assert!(within(&["a?c/*"], "abc/d"));
        assert!(!within(&["*"], ".hidden"));
        assert!(!within(&["packages/*", "!packages/old"], "packages/old"));
        assert!(within(&["packages/*", "!packages/*", "packages/a"], "packages/a"));
    }
}
