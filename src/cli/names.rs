//! What authorities, types, lists and the fields of a type are called, for answers that name them by code.

use super::client::{Client, encoded};
use super::failure::Failure;
use ledger_spec::casefile::AsOf;
use ledger_spec::definition::Name;
use ledger_spec::governance::Governance;
use ledger_spec::id::AuthorityId;
use ledger_spec::projection::{Authorities, CatalogueAt, EnrolledAuthority, FieldLine, TypeLine};
use ledger_spec::time::ValidTime;
use ledger_spec::wording::Language;

/// Names by their codes, as of one instant. What has none is shown by its code alone.
pub(super) struct Names {
    authorities: Vec<EnrolledAuthority>,
    catalogue: Option<CatalogueAt>,
}

impl Names {
    /// None, where nothing is told by name.
    pub(super) const fn none() -> Self {
        Self { authorities: Vec::new(), catalogue: None }
    }

    /// Those that a folder's ledger has.
    pub(super) fn of_folder(governance: &Governance, as_of: AsOf) -> Self {
        Self {
            authorities: Authorities::of(&governance.directory).authorities,
            catalogue: Some(CatalogueAt::of(&governance.catalogue, &governance.directory, as_of)),
        }
    }

    /// Those that a server's ledger has.
    pub(super) fn of_server(client: &Client, valid_at: ValidTime) -> Result<Self, Failure> {
        let Authorities { authorities } = client.get_json("/v1/authorities")?;
        let at = encoded(&valid_at.to_string());
        let catalogue: CatalogueAt = client.get_json(&format!("/v1/catalogue?valid_at={at}"))?;
        Ok(Self { authorities, catalogue: Some(catalogue) })
    }

    /// An authority by its name, with its id.
    pub(super) fn authority(&self, id: &AuthorityId, language: Language) -> String {
        let known = self.authorities.iter().find(|one| one.id == *id);
        with_code(known.map(|one| &one.name), id.as_str(), language)
    }

    /// A type or list by its title, with its code.
    pub(super) fn item(&self, code: &str, language: Language) -> String {
        let all = self.catalogue.iter();
        let lists = all.clone().flat_map(|catalogue| &catalogue.lists).map(|list| &list.item);
        let mut all = all.flat_map(|catalogue| &catalogue.types).map(|one| &one.item).chain(lists);
        with_code(all.find(|item| item.code == code).map(|item| &item.title), code, language)
    }

    /// The columns of a list in their order, where the list is known.
    pub(super) fn columns(&self, code: &str) -> &[String] {
        let all = self.catalogue.iter().flat_map(|catalogue| &catalogue.lists);
        all.into_iter().find(|list| list.item.code == code).map_or(&[], |list| &list.columns)
    }

    /// A field of a type and its value, both by their titles where they have any.
    pub(super) fn field(&self, code: &str, (name, value): (&str, &str), language: Language) -> String {
        let known = self.type_of(code).and_then(|one| one.fields.iter().find(|field| field.name == name));
        let title = known.map_or(name, |field| said(&field.title, language));
        let values: Vec<_> = value.split(SEVERAL).map(|value| titled(known, value, language)).collect();
        format!("{title}{}{}", language.pick("：", ": "), values.join(language.pick("、", ", ")))
    }

    fn type_of(&self, code: &str) -> Option<&TypeLine> {
        self.catalogue.as_ref()?.types.iter().find(|one| one.item.code == code)
    }
}

/// What stands between the values of a field that has several.
const SEVERAL: char = ledger_spec::definition::SEVERAL;

fn titled<'a>(field: Option<&'a FieldLine>, value: &'a str, language: Language) -> &'a str {
    let known = field.and_then(|field| field.values.iter().find(|known| known.value == value));
    known.map_or(value, |known| said(&known.title, language))
}

/// The name of this language.
pub(super) fn said(name: &Name, language: Language) -> &str {
    language.pick(&name.zh, &name.en)
}

fn with_code(name: Option<&Name>, code: &str, language: Language) -> String {
    match (name, language) {
        (None, _) => code.to_owned(),
        (Some(name), Language::Zh) => format!("{}（{code}）", name.zh),
        (Some(name), Language::En) => format!("{} ({code})", name.en),
    }
}
