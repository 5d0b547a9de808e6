//! A loader: several tasks ask for the same schema, and it is fetched once.
//!
//! `cargo run --release --example async_loader`

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_lite::future::{block_on, or, yield_now, zip};
use memo_core::weak_memo;

/// A connection, which knows what it has fetched.
struct Connection {
    address: String,
    fetched: AtomicUsize,
}

#[derive(Debug, PartialEq)]
struct Schema {
    columns: Vec<String>,
}

/// What would be a request to a server.
async fn fetch(connection: &Connection, table: &str) -> Result<Schema, String> {
    yield_now().await;
    let number = connection.fetched.fetch_add(1, Ordering::Relaxed) + 1;
    if table.is_empty() {
        return Err(format!("{}: no such table, in request {number}", connection.address));
    }
    Ok(Schema { columns: vec![format!("{table}.id"), format!("{table}.name")] })
}

/// An error goes to all who waited for it, and is not remembered.
#[weak_memo]
async fn schema(connection: &Arc<Connection>, table: &str) -> Result<Arc<Schema>, String> {
    fetch(connection, table).await.map(Arc::new)
}

/// Lent: it lives as long as the connection, and a hit clones nothing.
#[weak_memo]
async fn version(connection: &Arc<Connection>) -> &str {
    yield_now().await;
    format!("{}/1.0", connection.address)
}

fn main() {
    let connection = Arc::new(Connection { address: "db".to_owned(), fetched: AtomicUsize::new(0) });
    block_on(async {
        // Two at once: one request.
        let (first, second) = zip(schema(&connection, "users"), schema(&connection, "users")).await;
        assert_eq!(first, second);
        println!("{:?}, in {} request", first, connection.fetched.load(Ordering::Relaxed));

        // A caller that gives up takes its request along; the next one begins anew.
        let gave_up = or(async { schema(&connection, "orders").await.ok() }, async { None }).await;
        assert_eq!(gave_up, None);
        println!("{:?}", schema(&connection, "orders").await);

        // An error is not remembered.
        for _ in 0..2 {
            println!("{:?}", schema(&connection, "").await);
        }

        let version: &str = version(&connection).await;
        println!("version {version}");
    });
    println!("{:?}", schema_memo().stats());
    drop(connection);
    assert!(schema_memo().is_empty());
}
