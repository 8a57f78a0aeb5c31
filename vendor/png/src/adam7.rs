//! The seven passes of an interlaced picture.

/// Every which pixel a pass has.
#[derive(Clone, Copy)]
pub(crate) struct Pass {
    /// The first column and row.
    from: (u32, u32),
    /// How far it is to the next ones.
    step: (u32, u32),
}

const fn pass(from: (u32, u32), step: (u32, u32)) -> Pass {
    Pass { from, step }
}

/// In the order of the file.
pub(crate) const PASSES: [Pass; 7] = [
    pass((0, 0), (8, 8)),
    pass((4, 0), (8, 8)),
    pass((0, 4), (4, 8)),
    pass((2, 0), (4, 4)),
    pass((0, 2), (2, 4)),
    pass((1, 0), (2, 2)),
    pass((0, 1), (1, 2)),
];

impl Pass {
    /// Columns and rows that it has of a picture.
    pub(crate) fn size(self, width: u32, height: u32) -> (u32, u32) {
        (
            width.saturating_sub(self.from.0).div_ceil(self.step.0),
            height.saturating_sub(self.from.1).div_ceil(self.step.1),
        )
    }

    /// Which pixel of the picture is the one in that column and row of the pass.
    pub(crate) fn place(self, column: u32, row: u32, width: u32) -> usize {
        let column = self.from.0 + column * self.step.0;
        let row = self.from.1 + row * self.step.1;
        row as usize * width as usize + column as usize
    }
}
