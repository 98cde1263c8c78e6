//! What a start has found and mended, told to whoever reads the server's log.

use crate::log::OpenReport;
use crate::sealed_files::SealedOpenReport;

pub(super) fn report_recovery(report: &OpenReport) {
    if let Some((from, to)) = report.adopted {
        tracing::warn!(%from, %to, "recovery: entries beyond the stored checkpoint were kept and signed");
    }
    if let Some(cut) = &report.cut {
        let (file, offset, bytes, why) = (&cut.file, cut.offset, cut.bytes, &cut.why);
        tracing::warn!(file, offset, bytes, why, "recovery: a tail that was never acknowledged was cut");
    }
    for one in &report.rebuilt {
        tracing::warn!(file = one.file, offset = one.offset, was = one.was, "recovery: computed anew");
    }
}

pub(super) fn report_beside(report: &SealedOpenReport) {
    for cut in &report.cut {
        let (file, offset, found) = (&cut.file, cut.offset, &cut.found);
        tracing::warn!(
            file,
            offset,
            found,
            "recovery: what opens entries that were never acknowledged was cut"
        );
    }
    for file in &report.replaced {
        tracing::warn!(file, "recovery: a file that an erasure has made or replaced was removed");
    }
    if let Some(mended) = &report.mended {
        tracing::warn!(?mended, "recovery: a copy of the root of keys was made again from the other");
    }
}
