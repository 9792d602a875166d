//! Kinds of weakness: CWE ids in words.
//!
//! Lives here: the ids that package advisories use most. Lives elsewhere: where a record names them (`record`).
//!
//! Source: the names of MITRE's Common Weakness Enumeration, version 4, shortened to what a list has room for.

/// Ascending by number.
const WORDS: [(u32, &str); 92] = [
    (20, "improper input validation"),
    (22, "path traversal"),
    (23, "relative path traversal"),
    (59, "link following"),
    (61, "symbolic link following"),
    (73, "external control of a file name or path"),
    (74, "injection"),
    (77, "command injection"),
    (78, "OS command injection"),
    (79, "cross-site scripting"),
    (80, "basic cross-site scripting"),
    (88, "argument injection"),
    (89, "SQL injection"),
    (90, "LDAP injection"),
    (91, "XML injection"),
    (93, "CRLF injection"),
    (94, "code injection"),
    (95, "eval injection"),
    (113, "HTTP response splitting"),
    (116, "improper encoding or escaping of output"),
    (117, "log injection"),
    (119, "memory buffer overrun"),
    (120, "buffer overflow"),
    (121, "stack buffer overflow"),
    (122, "heap buffer overflow"),
    (125, "out-of-bounds read"),
    (131, "incorrect calculation of buffer size"),
    (134, "externally controlled format string"),
    (178, "improper handling of case sensitivity"),
    (184, "incomplete list of disallowed inputs"),
    (190, "integer overflow"),
    (191, "integer underflow"),
    (200, "exposure of sensitive information"),
    (201, "sensitive information in sent data"),
    (203, "observable discrepancy"),
    (208, "observable timing discrepancy"),
    (209, "sensitive information in an error message"),
    (212, "sensitive information not removed before storage or transfer"),
    (214, "sensitive information visible to other processes"),
    (250, "execution with unnecessary privileges"),
    (269, "improper privilege management"),
    (276, "incorrect default permissions"),
    (284, "improper access control"),
    (285, "improper authorization"),
    (287, "improper authentication"),
    (290, "authentication bypass by spoofing"),
    (295, "improper certificate validation"),
    (306, "missing authentication"),
    (307, "unrestricted authentication attempts"),
    (310, "cryptographic issue"),
    (312, "cleartext storage of sensitive information"),
    (319, "cleartext transmission of sensitive information"),
    (326, "inadequate encryption strength"),
    (327, "broken or risky cryptography"),
    (330, "insufficiently random values"),
    (345, "insufficient verification of data authenticity"),
    (346, "origin validation error"),
    (347, "improper verification of a signature"),
    (352, "cross-site request forgery"),
    (362, "race condition"),
    (367, "time-of-check to time-of-use race"),
    (369, "divide by zero"),
    (377, "insecure temporary file"),
    (384, "session fixation"),
    (400, "uncontrolled resource consumption"),
    (401, "memory leak"),
    (407, "inefficient algorithmic complexity"),
    (409, "decompression bomb"),
    (415, "double free"),
    (416, "use after free"),
    (426, "untrusted search path"),
    (427, "uncontrolled search path element"),
    (434, "unrestricted upload of dangerous files"),
    (444, "HTTP request smuggling"),
    (457, "use of an uninitialized variable"),
    (476, "NULL pointer dereference"),
    (494, "download of code without integrity check"),
    (502, "deserialization of untrusted data"),
    (506, "embedded malicious code"),
    (522, "insufficiently protected credentials"),
    (601, "open redirect"),
    (611, "XML external entity reference"),
    (617, "reachable assertion"),
    (670, "incorrect control flow"),
    (674, "uncontrolled recursion"),
    (770, "allocation without limits or throttling"),
    (787, "out-of-bounds write"),
    (835, "infinite loop"),
    (862, "missing authorization"),
    (918, "server-side request forgery"),
    (1321, "prototype pollution"),
    (1333, "inefficient regular expression (ReDoS)"),
];

/// `CWE-502 deserialization of untrusted data`; the bare id where the table has no words for it.
pub(crate) fn named(id: &str) -> String {
    let id = id.trim().to_ascii_uppercase();
    let number = id.strip_prefix("CWE-").unwrap_or(&id).parse::<u32>();
    match number {
        Ok(number) => match WORDS.binary_search_by_key(&number, |(known, _)| *known) {
            Ok(at) => format!("CWE-{number} {}", WORDS.get(at).map_or("", |(_, words)| words)),
            Err(_) => format!("CWE-{number}"),
        },
        Err(_) => id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_unknown_ids_stay_bare() {
        assert!(WORDS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(named("CWE-502"), "CWE-502 deserialization of untrusted data");
        assert_eq!(named("cwe-1333"), "CWE-1333 inefficient regular expression (ReDoS)");
        assert_eq!(named("79"), "CWE-79 cross-site scripting");
        assert_eq!(named("CWE-99999"), "CWE-99999");
        assert_eq!(named("NVD-CWE-noinfo"), "NVD-CWE-NOINFO");
    }
}
