//! Structured fields (RFC 9651) as they came: every member and every parameter, also those that stand twice, of which
//! the RFC would keep the last alone.

use core::convert::Infallible;
use sfv::visitor::{DictionaryVisitor, EntryVisitor, InnerListVisitor, ItemVisitor, ParameterVisitor};
use sfv::{BareItemFromInput, KeyRef, Parser};

/// A value, as it came.
pub(super) type Bare<'a> = BareItemFromInput<'a>;
/// A parameter and its value.
pub(super) type Parameter<'a> = (&'a KeyRef, Bare<'a>);

/// A value with its parameters.
pub(super) struct Item<'a> {
    pub(super) value: Bare<'a>,
    pub(super) parameters: Vec<Parameter<'a>>,
}

/// What stands under a label of a dictionary.
pub(super) enum Value<'a> {
    /// One value; the parameters are the member's.
    One(Bare<'a>),
    /// An inner list.
    List(Vec<Item<'a>>),
}

/// A member of a dictionary.
pub(super) struct Member<'a> {
    pub(super) label: &'a KeyRef,
    pub(super) value: Value<'a>,
    pub(super) parameters: Vec<Parameter<'a>>,
}

/// The members of a dictionary, in their order; `None` where the field is none.
pub(super) fn dictionary(field: &str) -> Option<Vec<Member<'_>>> {
    Parser::new(field).parse_dictionary_with_visitor(Members(Vec::new())).ok()
}

/// A value with its parameters; `None` where the field is none.
pub(super) fn item(field: &str) -> Option<Item<'_>> {
    Parser::new(field).parse_item_with_visitor(Whole).ok()
}

struct Members<'a>(Vec<Member<'a>>);

impl<'a> DictionaryVisitor<'a> for Members<'a> {
    type Out = Vec<Member<'a>>;
    type Error = Infallible;

    fn entry(&mut self, label: &'a KeyRef) -> Result<impl EntryVisitor<'a>, Infallible> {
        Ok(Labelled { label, members: &mut self.0 })
    }

    fn finish(self) -> Result<Self::Out, Infallible> {
        Ok(self.0)
    }
}

struct Labelled<'m, 'a> {
    label: &'a KeyRef,
    members: &'m mut Vec<Member<'a>>,
}

impl<'a> EntryVisitor<'a> for Labelled<'_, 'a> {
    type Error = Infallible;

    fn item(self) -> Result<impl ItemVisitor<'a>, Infallible> {
        let Self { label, members } = self;
        Ok(Into(move |Item { value, parameters }| {
            members.push(Member { label, value: Value::One(value), parameters });
        }))
    }

    fn inner_list(self) -> Result<impl InnerListVisitor<'a>, Infallible> {
        Ok(Inner { labelled: self, items: Vec::new() })
    }
}

struct Inner<'m, 'a> {
    labelled: Labelled<'m, 'a>,
    items: Vec<Item<'a>>,
}

impl<'a> InnerListVisitor<'a> for Inner<'_, 'a> {
    type Error = Infallible;

    fn item(&mut self) -> Result<impl ItemVisitor<'a>, Infallible> {
        Ok(Into(|item| self.items.push(item)))
    }

    fn finish(self) -> Result<impl ParameterVisitor<'a>, Infallible> {
        let Self { labelled: Labelled { label, members }, items } = self;
        let done = move |parameters| {
            members.push(Member { label, value: Value::List(items), parameters });
        };
        Ok(Collected { parameters: Vec::new(), done })
    }
}

/// Hands an item on once it is whole.
struct Into<F>(F);

impl<'a, F: FnOnce(Item<'a>)> ItemVisitor<'a> for Into<F> {
    type Out = ();
    type Error = Infallible;

    fn bare_item(self, value: Bare<'a>) -> Result<impl ParameterVisitor<'a, Out = ()>, Infallible> {
        let done = move |parameters| (self.0)(Item { value, parameters });
        Ok(Collected { parameters: Vec::new(), done })
    }
}

/// Gives an item back.
struct Whole;

impl<'a> ItemVisitor<'a> for Whole {
    type Out = Item<'a>;
    type Error = Infallible;

    fn bare_item(self, value: Bare<'a>) -> Result<impl ParameterVisitor<'a, Out = Item<'a>>, Infallible> {
        Ok(Collected { parameters: Vec::new(), done: move |parameters| Item { value, parameters } })
    }
}

/// Parameters, and what becomes of them.
struct Collected<'a, F> {
    parameters: Vec<Parameter<'a>>,
    done: F,
}

impl<'a, T, F: FnOnce(Vec<Parameter<'a>>) -> T> ParameterVisitor<'a> for Collected<'a, F> {
    type Out = T;
    type Error = Infallible;

    fn parameter(&mut self, name: &'a KeyRef, value: Bare<'a>) -> Result<(), Infallible> {
        self.parameters.push((name, value));
        Ok(())
    }

    fn finish(self) -> Result<T, Infallible> {
        Ok((self.done)(self.parameters))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_twice_is_seen_twice() {
        let members = dictionary("a=1;x;x=2, b=(\"c\";k \"c\");p=:AA==:, a").unwrap();
        let labels: Vec<_> = members.iter().map(|member| member.label.as_str()).collect();
        assert_eq!(labels, ["a", "b", "a"]);
        assert_eq!(members[0].parameters.len(), 2);
        let Value::List(items) = &members[1].value else { panic!("a list") };
        assert_eq!((items.len(), items[0].parameters.len(), members[1].parameters.len()), (2, 1, 1));
        assert!(dictionary("a=(").is_none() && item("%\"%e4%b8%ad\";q").is_some() && item("a b").is_none());
    }
}
