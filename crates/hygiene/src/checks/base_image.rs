//! `base-image`: the same Dockerfile gives the same image tomorrow.

use uplift_model::hygiene::{Evidence, Presence};

use super::{Answer, found, present};
use crate::place;
use crate::survey::Survey;

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    let mut fixed: Vec<Evidence> = Vec::new();
    let mut floating: Vec<Evidence> = Vec::new();
    let mut untagged = 0_usize;
    for file in &survey.dockerfiles {
        let stages = file.stages();
        for from in file.all("FROM") {
            let image = from.image();
            if image == "scratch" || stages.contains(&image.to_lowercase()) || image.contains('$') {
                continue;
            }
            let shown = place::evidence(&file.path, Some(from.line), &format!("FROM {}", from.rest));
            if image.contains("@sha256:") {
                fixed.push(shown);
            } else {
                let tag = place::name(image).split_once(':').map(|(_, t)| t);
                untagged += usize::from(tag.is_none_or(|t| t == "latest"));
                floating.push(shown);
            }
        }
    }
    if fixed.is_empty() && floating.is_empty() {
        return Answer::left_out("no Dockerfile starts from an image of others");
    }
    if floating.is_empty() {
        return present("every base image is fixed by digest", fixed);
    }
    let advice = "write the digest behind the tag (`FROM python:3.11-slim@sha256:…`, from `docker buildx imagetools inspect`), and \
                  let a bot renew it";
    let because = match untagged {
        0 => format!("base images are named by a tag, which moves ({} of them)", floating.len()),
        n => {
            format!("base images are named by a tag, which moves ({} of them, {n} by `latest` or none)", floating.len())
        }
    };
    let state = if fixed.is_empty() { Presence::Missing } else { Presence::Partial };
    found(state, because, floating, advice)
}
