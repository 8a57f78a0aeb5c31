//! The part of the list that is about projects and tasks.

use super::{GET, POST, Routes};
use crate::http::{invoice, profile, project, task};

/// What is done for clients, on both sides.
pub(super) fn add(routes: Routes) -> Routes {
    routes
        .on(
            POST,
            "/admin/invoices/{id}/project",
            invoice::put_to_project,
        )
        .on(GET, "/projects", project::seen)
        .on(GET, "/projects/{id}", project::seen_one)
        .on(GET, "/admin/clients/{id}/projects", project::list)
        .on(GET, "/admin/clients/{id}/projects/new", project::new_form)
        .on(POST, "/admin/clients/{id}/projects/new", project::create)
        .on(GET, "/admin/projects/{id}", project::view)
        .on(GET, "/admin/projects/{id}/edit", project::edit_form)
        .on(POST, "/admin/projects/{id}/edit", project::save)
        .on(POST, "/admin/projects/{id}/visible", project::show)
        .on(GET, "/tasks", task::seen)
        .on(GET, "/tasks/{id}", task::seen_one)
        .on(POST, "/tasks/{id}/answer", task::answer)
        .on(POST, "/tasks/{id}/comments", task::reply)
        .on(GET, "/admin/clients/{id}/tasks", task::list)
        .on(GET, "/admin/clients/{id}/tasks/new", task::new_form)
        .on(POST, "/admin/clients/{id}/tasks/new", task::create)
        .on(GET, "/admin/tasks", task::all)
        .on(GET, "/admin/tasks/{id}", task::view)
        .on(GET, "/admin/tasks/{id}/edit", task::edit_form)
        .on(POST, "/admin/tasks/{id}/edit", task::save)
        .on(POST, "/admin/tasks/{id}/status", task::status)
        .on(POST, "/admin/profile/tasks", profile::take_tasks)
        .on(POST, "/admin/tasks/{id}/comments", task::comment)
}
