//! Bodies and transcripts are kept lz4-compressed: smaller rows mean fewer bytes per fsync.

use crate::error::{Result, StoreError};

/// No body is larger when unpacked; a stored length beyond it is damage, not a reason to allocate.
const LARGEST: usize = 1 << 30;

/// Compresses `bytes`.
pub(crate) fn pack(bytes: &[u8]) -> Vec<u8> {
    lz4_flex::compress_prepend_size(bytes)
}

/// The bytes that were packed.
pub(crate) fn unpack(packed: &[u8]) -> Result<Vec<u8>> {
    let damaged = || StoreError::Damaged("compressed content cannot be unpacked".into());
    let (size, content) = lz4_flex::block::uncompressed_size(packed).map_err(|_| damaged())?;
    if size > LARGEST {
        return Err(damaged());
    }
    lz4_flex::decompress(content, size).map_err(|_| damaged())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_back_and_damage_is_an_error() {
        for bytes in [&b""[..], b"x", &b"{\"a\":1}".repeat(1000)] {
            assert_eq!(unpack(&pack(bytes)).as_deref(), Ok(bytes));
        }
        assert!(matches!(unpack(b"ab"), Err(StoreError::Damaged(_))));
        assert!(matches!(unpack(&[0xff; 12]), Err(StoreError::Damaged(_))));
    }
}
