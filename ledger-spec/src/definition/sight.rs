//! As whom one reads: what of all classes of disclosure somebody sees.

use super::{Disclosure, words};

/// As whom one reads. Each sees what the one before sees, and more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sight {
    /// Everyone: what is published.
    Public,
    /// Departments on the government's network: what is shared and in force.
    Shared,
    /// The subject, and who is authorised: everything that is not sealed, ended or not.
    Restricted,
    /// Courts: sealed records too.
    Court,
}

words!(Sight {
    Public = "public",
    Shared = "shared",
    Restricted = "restricted",
    Court = "court",
});

impl Sight {
    /// Every sight.
    pub const ALL: [Self; 4] = [Self::Public, Self::Shared, Self::Restricted, Self::Court];

    /// Whether it reaches what is of this class, as far as class alone decides.
    #[must_use]
    pub const fn reaches(self, class: Disclosure) -> bool {
        match self {
            Self::Public => matches!(class, Disclosure::Public),
            Self::Shared => matches!(class, Disclosure::Public | Disclosure::Shared),
            Self::Restricted | Self::Court => true,
        }
    }

    /// Whether it reaches the personal fields that travel beside events (D15): the subject, who is authorised, and courts.
    /// What is published about a person on a cited basis is shown without them.
    #[must_use]
    pub const fn sees_personal_fields(self) -> bool {
        matches!(self, Self::Restricted | Self::Court)
    }

    /// The sight of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sight| sight.name() == name)
    }
}
