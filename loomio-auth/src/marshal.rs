//! Ruby's Marshal format inside cookies and signed ids.

use alox_48::{Instance, RbString, Value};

/// Reads Marshal bytes; anything malformed is `None`.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Value> {
    alox_48::from_bytes(bytes).ok()
}

/// Writes a value as Marshal bytes.
#[must_use]
pub fn write(value: &Value) -> Option<Vec<u8>> {
    alox_48::to_bytes(value).ok()
}

/// A Ruby string in UTF-8.
#[must_use]
pub fn string(text: &str) -> Value {
    let text: Instance<RbString> = text.into();
    Value::Instance(Instance { value: Box::new(Value::String(text.value)), fields: text.fields })
}

/// A Ruby symbol.
#[must_use]
pub fn symbol(name: &str) -> Value {
    Value::from_symbol(name.to_owned())
}

/// The text of a string or symbol.
#[must_use]
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => String::from_utf8(s.data.clone()).ok(),
        Value::Instance(i) => text(&i.value),
        Value::Symbol(s) => Some(s.as_str().to_owned()),
        _ => None,
    }
}

/// The number of a small integer.
#[must_use]
pub fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Fixnum(n) => Some((*n).into()),
        Value::Bignum(n) => n.to_string().parse().ok(),
        _ => None,
    }
}
