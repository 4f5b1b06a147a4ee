//! Saved views of lists.

use kontor_core::{Code, Problem};
use kontor_store::SavedView;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::host::Host;
use super::wire::Done;

/// Longest content of a view.
const LONGEST: usize = 64 * 1024;

/// A screen.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ScreenRequest {
    /// Its name, e.g. `orders`.
    pub screen: String,
}

/// A saved view.
#[derive(Clone, Debug, Serialize, TS)]
pub struct View {
    /// Its id.
    pub id: i64,
    /// The screen.
    pub screen: String,
    /// Its name.
    pub name: String,
    /// Filter, sort and columns as the window keeps them (JSON).
    pub content: String,
}

impl From<SavedView> for View {
    fn from(view: SavedView) -> Self {
        Self { id: view.id, screen: view.screen, name: view.name, content: view.content }
    }
}

pub(super) async fn views_list(
    host: &dyn Host,
    request: ScreenRequest,
) -> Result<Vec<View>, Problem> {
    let views = host.desk().app().store.saved_views(&request.screen).await?;
    Ok(views.into_iter().map(View::from).collect())
}

/// A view to be saved.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ViewSaveRequest {
    /// The screen.
    pub screen: String,
    /// Its name, not empty.
    pub name: String,
    /// Filter, sort and columns (JSON).
    pub content: String,
}

pub(super) async fn view_save(host: &dyn Host, request: ViewSaveRequest) -> Result<View, Problem> {
    let name = request.name.trim();
    if name.is_empty() || request.content.len() > LONGEST {
        return Err(Problem::new(Code::CommandParametersInvalid).about("view_save").detail("name"));
    }
    let (screen, content) = (request.screen, request.content);
    let id = host.desk().app().store.save_view(&screen, name, &content).await?;
    Ok(View { id, screen, name: name.to_owned(), content })
}

/// A saved view.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ViewRequest {
    /// Its id.
    pub id: i64,
}

pub(super) async fn view_delete(host: &dyn Host, request: ViewRequest) -> Result<Done, Problem> {
    let app = host.desk().app();
    app.store.delete_view(request.id).await?;
    Ok(Done { at: app.clock.now() })
}
