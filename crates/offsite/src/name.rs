//! What a file is called there.
//!
//! Objects have the names that the files have below `recordings/`, except that `~` is written `=`:
//! Supabase Storage takes no `~` in a key (server source, read August 2026), and `=` is in no name of
//! ours. The folder is written the same way, so that one kind of copy can be moved to the other.

/// The object's name of the file at `path` (relative, with `/`).
pub fn of_file(path: &str) -> String {
    path.replace('~', "=")
}

/// The file that an object belongs to.
pub fn to_file(object: &str) -> String {
    object.replace('=', "~")
}

/// Whether a folder inside the bucket may be called so: letters, digits, `-`, `_`, `.` in each part.
pub fn is_prefix(prefix: &str) -> bool {
    let is_part = |part: &str| {
        !matches!(part, "" | "." | "..")
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    prefix.is_empty() || prefix.split('/').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_goes_there_and_comes_back() {
        let file = "clinic/2026-03-01/call~00112233.wav";
        let object = of_file(file);
        assert_eq!(object, "clinic/2026-03-01/call=00112233.wav");
        assert_eq!(to_file(&object), file);
    }

    #[test]
    fn a_folder_in_the_bucket_leads_nowhere_else() {
        for fine in ["", "clinic", "a/b-c/d.e_f"] {
            assert!(is_prefix(fine), "{fine}");
        }
        for bad in ["/", "a//b", "a/../b", "ä", "a b", "a%2Fb", "a/"] {
            assert!(!is_prefix(bad), "{bad}");
        }
    }
}
