//! The platform's time zones: which offset the clocks of a place have at a moment.

use worker::js_sys::{Array, Date, Function, Object, Reflect, global};
use worker::wasm_bindgen::JsValue;

use crate::domain::time::{Millis, Timestamp};
use crate::domain::zone::{self, Clock};

/// The clock of the zone of that IANA name. `None`: the platform knows none.
pub(crate) fn clock(name: &str, now: Timestamp) -> Option<Clock> {
    let format = formatter(name)?;
    Clock::find(now, |at| offset(&format, at))
}

/// The names of all zones that the platform knows, sorted; at least UTC.
pub(crate) fn names() -> Vec<String> {
    let mut names = vec!["UTC".to_owned()];
    names.extend(known().unwrap_or_default());
    names.sort_unstable();
    names.dedup();
    names
}

fn known() -> Option<Vec<String>> {
    let intl = Reflect::get(&global(), &"Intl".into()).ok()?;
    let tell = Function::from(Reflect::get(&intl, &"supportedValuesOf".into()).ok()?);
    let names = Array::from(&tell.call1(&intl, &"timeZone".into()).ok()?);
    Some(names.iter().filter_map(|name| name.as_string()).collect())
}

/// An `Intl.DateTimeFormat` that tells the offset. A name that the platform does not know throws.
fn formatter(name: &str) -> Option<JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"timeZone".into(), &name.into()).ok()?;
    Reflect::set(&options, &"timeZoneName".into(), &"longOffset".into()).ok()?;
    let intl = Reflect::get(&global(), &"Intl".into()).ok()?;
    let class = Function::from(Reflect::get(&intl, &"DateTimeFormat".into()).ok()?);
    Reflect::construct(&class, &Array::of2(&"en".into(), &options)).ok()
}

#[expect(clippy::cast_precision_loss, reason = "moments of this age are exact")]
fn offset(format: &JsValue, at: Timestamp) -> Option<Millis> {
    let tell = Function::from(Reflect::get(format, &"format".into()).ok()?);
    let date = Date::new(&JsValue::from_f64(at.0 as f64));
    zone::offset(&tell.call1(format, &date).ok()?.as_string()?)
}
