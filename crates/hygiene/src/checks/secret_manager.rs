//! `secret-manager`: services get their secrets from a manager, not from files or plain variables.

use uplift_model::hygiene::Presence;

use super::feature::{Feature, Has, configured, of, summed};
use super::{Answer, Found};
use crate::place;
use crate::survey::Survey;

const FEATURE: Feature = Feature {
    called: "a secret manager",
    modules: &[
        "google.cloud.secretmanager",
        "google.cloud.secretmanager_v1",
        "hvac",
        "azure.keyvault.secrets",
        "aws_secretsmanager_caching",
        "onepasswordconnectsdk",
        "infisical_sdk",
        "@google-cloud/secret-manager",
        "@aws-sdk/client-secrets-manager",
        "node-vault",
        "@azure/keyvault-secrets",
        "@infisical/sdk",
    ],
    calls: &[],
    packages: &[
        "google-cloud-secret-manager",
        "hvac",
        "azure-keyvault-secrets",
        "@google-cloud/secret-manager",
        "@aws-sdk/client-secrets-manager",
        "node-vault",
        "@azure/keyvault-secrets",
    ],
    advice: "read secrets through the platform's manager (Google Secret Manager, AWS Secrets Manager, Vault) or let the platform \
             put them in (`--set-secrets`, ExternalSecret), so that they can be rotated and who read them is known",
};

/// Parts of a variable's name that make it a secret's.
const NAMES: [&str; 5] = ["SECRET", "PASSWORD", "TOKEN", "API_KEY", "PRIVATE_KEY"];

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    if survey.services.is_empty() {
        return Answer::left_out("no service that answers requests was seen");
    }
    let deploys = |path: &str| {
        let ends = [".yml", ".yaml", ".sh", ".tf"].iter().any(|e| path.ends_with(e));
        ends || place::name(path) == "Makefile"
    };
    let puts_in = |line: &str| {
        [
            "--set-secrets",
            "--update-secrets",
            "kind: ExternalSecret",
            "kind: SecretProviderClass",
            "kind: SealedSecret",
            "secretKeyRef",
        ]
        .iter()
        .any(|w| line.contains(w))
    };
    let outside = configured(survey, deploys, puts_in);
    let all: Vec<_> = survey
        .services
        .iter()
        .map(|service| {
            let has = of(&FEATURE, survey, service);
            (service, if matches!(has, Has::Used(_)) { has } else { by_client(survey, service).unwrap_or(has) })
        })
        .collect();
    let answer = summed(&FEATURE, &all, outside);
    match answer {
        Answer::Found(found) if found.state != Presence::Present => Answer::Found(with_variables(found, survey)),
        answer => answer,
    }
}

/// `boto3.client("secretsmanager")`.
fn by_client(survey: &Survey<'_>, service: &crate::service::Service) -> Option<Has> {
    survey.code_of(service).into_iter().find_map(|source| {
        let mut calls = source.calls.iter();
        let call = calls
            .find(|c| c.name.starts_with("boto3") && c.texts.iter().any(|t| t == "secretsmanager" || t == "ssm"))?;
        Some(Has::Used(vec![source.evidence(call)]))
    })
}

/// Adds where secrets are read from plain variables.
fn with_variables(mut found: Found, survey: &Survey<'_>) -> Found {
    let mut more = Vec::new();
    for source in survey.production() {
        for call in &source.calls {
            let reads = ["os.getenv", "os.environ.get"].contains(&call.name.as_str());
            if reads && call.texts.first().is_some_and(|t| NAMES.iter().any(|n| t.to_uppercase().contains(n))) {
                let name = call.texts.first().map_or("", String::as_str);
                more.push(place::evidence(
                    &source.path,
                    Some(call.line),
                    &format!("`{name}` is read from the environment"),
                ));
            }
        }
    }
    more.truncate(10);
    found.evidence.extend(more);
    found
}
