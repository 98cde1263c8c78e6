//! The files of `ledger-spec/catalogue/`, put into the program so that it works without them beside it.

/// Each file with its path below `ledger-spec/catalogue/` and its text, in the order of paths.
pub const fn files() -> &'static [(&'static str, &'static str)] {
    FILES
}

macro_rules! embedded {
    ($($path:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../../../catalogue/", $path)))),+]
    };
}

const FILES: &[(&str, &str)] = embedded![
    "authorities.toml",
    "calendars.toml",
    "instruments.toml",
    "lists.toml",
    "measures.toml",
    "points.toml",
    "procedures.toml",
    "ratings.toml",
    "types/00-base.toml",
    "types/01-gov.toml",
    "types/02-civil-servants.toml",
    "types/03-safety.toml",
    "types/04-commerce.toml",
    "types/05-food-drug.toml",
    "types/06-finance.toml",
    "types/07-tax.toml",
    "types/08-price.toml",
    "types/09-construction.toml",
    "types/10-procurement.toml",
    "types/11-tender.toml",
    "types/12-transport.toml",
    "types/13-ecommerce.toml",
    "types/14-statistics.toml",
    "types/15-ads-expo.toml",
    "types/16-intermediary.toml",
    "types/17-enterprise.toml",
    "types/18-health.toml",
    "types/19-social.toml",
    "types/20-labor.toml",
    "types/21-education.toml",
    "types/22-culture.toml",
    "types/23-ip.toml",
    "types/24-env.toml",
    "types/25-socialorg.toml",
    "types/26-person.toml",
    "types/27-internet.toml",
    "types/28-court.toml",
    "types/29-justice.toml",
    "types/30-rural.toml",
];
