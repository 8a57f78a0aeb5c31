//! A list in a client's record that pages by key: its projects, its tasks.

use serde::de::DeserializeOwned;

use super::Error;
use super::guard::{InPathAndQuery, Load};
use super::paging::{Paging, address};
use crate::domain::id::{ClientId, Id, noun};
use crate::domain::paging::Cursor;
use crate::domain::time::Timestamp;
use crate::store::client::Client;
use crate::store::viewer::Asker;
use crate::store::{ById as _, Results, Statement, project, task};

/// A row of such a list.
pub(crate) trait InRecord: DeserializeOwned + Send + Sync + 'static {
    /// What its id is of.
    type Noun;
    /// The last part of the list's address.
    const PLACE: &'static str;
    /// A page of them, and one row more.
    fn of_client(client: ClientId, cursor: Cursor<Id<Self::Noun>>) -> Statement;
    /// The row's place in the list.
    fn id(&self) -> Id<Self::Noun>;
}

impl InRecord for project::Listed {
    type Noun = noun::Project;
    const PLACE: &'static str = "projects";
    fn of_client(client: ClientId, cursor: Cursor<Id<noun::Project>>) -> Statement {
        project::of_client(client, cursor)
    }
    fn id(&self) -> Id<noun::Project> {
        self.id
    }
}

impl InRecord for task::Listed {
    type Noun = noun::Task;
    const PLACE: &'static str = "tasks";
    fn of_client(client: ClientId, cursor: Cursor<Id<noun::Task>>) -> Statement {
        task::of_client(client, cursor)
    }
    fn id(&self) -> Id<noun::Task> {
        self.id
    }
}

/// A page of a client's rows.
pub(crate) struct OfClient<L> {
    pub(crate) client: Client,
    pub(crate) rows: Vec<L>,
    /// Addresses of the pages beside it; empty where there is none.
    pub(crate) previous: String,
    pub(crate) next: String,
}

impl<L> OfClient<L> {
    /// The same page of other rows.
    pub(crate) fn map<R>(self, row: impl Fn(L) -> R) -> OfClient<R> {
        OfClient {
            client: self.client,
            rows: self.rows.into_iter().map(row).collect(),
            previous: self.previous,
            next: self.next,
        }
    }
}

impl<L: InRecord> Load for OfClient<L> {
    type Args = InPathAndQuery<ClientId, Paging>;
    fn statements(InPathAndQuery(id, paging): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![Client::by_id(*id), L::of_client(*id, paging.cursor())]
    }
    fn read(
        InPathAndQuery(id, paging): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let client: Option<Client> = results.first()?;
        let cut = paging.cursor().cut(results.rows()?, L::id);
        let path = format!("/admin/clients/{id}/{}", L::PLACE);
        Ok(client.map(|client| Self {
            client,
            rows: cut.rows,
            previous: address(&path, cut.previous),
            next: address(&path, cut.next),
        }))
    }
}
