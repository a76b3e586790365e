//! Looking rows up. A lookup that finds nothing says so with `None` or an empty
//! list; what absence means is the caller's to decide.

use crate::{error::Result, record::Record};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, Iterable, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Value, sea_query::Expr};

/// A search for rows of one table by a hand-written condition.
///
/// The condition names columns with their table (`comments.discussion_id = $1`);
/// its placeholders are numbered from `$1`.
pub struct Find<R: Record> {
    select: sea_orm::Select<R::Table>,
}

impl<R: Record> Find<R> {
    /// All rows for which the condition holds.
    #[must_use]
    pub fn new(condition: &str, values: Vec<Value>) -> Self {
        let select = R::Table::find().filter(if values.is_empty() { Expr::cust(condition.to_owned()) } else { Expr::cust_with_values(condition.to_owned(), values) });
        Self { select }
    }

    /// Adds a further condition, with placeholders of its own.
    #[must_use]
    pub fn and(self, condition: &str, values: Vec<Value>) -> Self {
        Self { select: self.select.filter(if values.is_empty() { Expr::cust(condition.to_owned()) } else { Expr::cust_with_values(condition.to_owned(), values) }) }
    }

    /// Orders by an expression, such as `comments.id desc nulls last`.
    #[must_use]
    pub fn order(self, by: &str) -> Self {
        // The direction is part of the expression; `Order::Field` with nothing would add one.
        let (expression, order) = match by.strip_suffix(" desc") {
            Some(e) => (e, Order::Desc),
            None => (by.strip_suffix(" asc").unwrap_or(by), Order::Asc),
        };
        match expression.strip_suffix(" nulls last") {
            Some(e) => Self { select: self.select.order_by_with_nulls(Expr::cust(e.to_owned()), order, sea_orm::sea_query::NullOrdering::Last) },
            None => Self { select: self.select.order_by(Expr::cust(expression.to_owned()), order) },
        }
    }

    /// At most so many rows.
    #[must_use]
    pub fn limit(self, n: u64) -> Self {
        Self { select: self.select.limit(n) }
    }

    /// Leaving out the first so many.
    #[must_use]
    pub fn offset(self, n: u64) -> Self {
        Self { select: self.select.offset(n) }
    }

    /// The rows.
    ///
    /// # Errors
    /// When the database refuses the question.
    pub async fn all(self, conn: &impl ConnectionTrait) -> Result<Vec<R>> {
        Ok(self.select.all(conn).await?)
    }

    /// The first row.
    ///
    /// # Errors
    /// When the database refuses the question.
    pub async fn one(self, conn: &impl ConnectionTrait) -> Result<Option<R>> {
        Ok(self.select.one(conn).await?)
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// When the database refuses the question.
    pub async fn count(self, conn: &impl ConnectionTrait) -> Result<u64>
    where
        R: sea_orm::FromQueryResult,
    {
        Ok(self.select.count(conn).await?)
    }
}

/// The row with this number.
///
/// # Errors
/// When the database refuses the question.
pub async fn by_id<R: Record>(conn: &impl ConnectionTrait, id: impl Into<i64>) -> Result<Option<R>> {
    Ok(R::Table::find().filter(id_column::<R>().eq(id.into())).one(conn).await?)
}

/// The rows with these numbers, in no particular order; unknown numbers are left out.
///
/// # Errors
/// When the database refuses the question.
pub async fn by_ids<R: Record>(conn: &impl ConnectionTrait, ids: &[i32]) -> Result<Vec<R>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(R::Table::find().filter(Expr::cust_with_values(format!("{}.id = any($1)", sea_orm::EntityName::table_name(&R::Table::default())), [Value::from(ids.to_vec())])).all(conn).await?)
}

fn id_column<R: Record>() -> R::Field {
    use sea_orm::sea_query::Iden;
    R::Field::iter().find(|c| c.to_string() == "id").unwrap_or_else(|| unreachable!("every row type has an id"))
}
