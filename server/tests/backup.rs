//! A copy of everything, made while people buy, and the way back.

use crate::support::{Engine, unlike_any_other};
use crate::use_cases::scenario::{AUDIO, SEATS, Scene};
use caas::activation::model::ActivationState;
use caas::kernel::database::Database;
use caas::sql;
use caas::verify::{Proof, prove};
use caas_server::backup::{BackupError, backup, restore};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// An address at which there is no data yet, fit for what stood at another one.
async fn elsewhere(engine: Engine, url: &str, folder: &Path) -> String {
    let name = unlike_any_other("restored");
    match engine {
        Engine::Sqlite => format!("sqlite:{}", folder.join(name).join("caas.db").display()),
        Engine::Postgres => {
            let server = sqlx::PgPool::connect(url).await.unwrap();
            let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
            sqlx::query(create).execute(&server).await.unwrap();
            server.close().await;
            let mut url = url::Url::parse(url).unwrap();
            url.set_path(&name);
            url.into()
        }
    }
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test]
async fn what_is_restored_is_the_state_of_one_moment() {
    for engine in Engine::all() {
        let folder = tempfile::tempdir().unwrap();
        let mut scene = Scene::new(engine).await;
        let before = scene.order(SEATS).await;
        scene.until(before, ActivationState::Active).await;
        let Proof { extent, .. } = prove(&scene.caas().db).await.unwrap();
        let (url, file) = (scene.app.database_url.clone(), folder.path().join("tonight"));

        // Somebody is writing all the while.
        let caas = scene.caas();
        let mut writing = caas.db.begin().await.unwrap();
        sql!(&mut writing, execute "UPDATE users SET name = 'half done'").unwrap();
        let bytes = backup(&url, &file).await.unwrap();
        drop(writing);
        assert_eq!(std::fs::metadata(&file).unwrap().len(), bytes);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0, "nobody else may read it");
        assert_eq!(files_of(folder.path()), std::slice::from_ref(&file), "nothing else is left");
        let after = scene.order(AUDIO).await;

        let place = elsewhere(engine, &url, folder.path()).await;
        restore(&place, &file).await.unwrap();
        let restored = Database::connect(&place).await.unwrap();
        let proof = prove(&restored).await.unwrap();
        assert_eq!((proof.extent, proof.broken), (extent, Vec::new()));
        let mut tx = restored.read().await.unwrap();
        let (bought, half_done) = sql!(
            &mut tx,
            one(i64, i64),
            "SELECT (SELECT COUNT(*) FROM service_activations WHERE service_activation_id IN ($1, $2)),
                    (SELECT COUNT(*) FROM users WHERE name = 'half done')",
            before,
            after
        )
        .unwrap();
        assert_eq!((bought, half_done), (1, 0));
        drop(tx);
        restored.close().await;

        let again = restore(&place, &file).await.unwrap_err();
        assert!(matches!(again, BackupError::NotEmpty), "{again}");
    }
}

#[tokio::test]
async fn nothing_is_written_over_and_nothing_half_done_is_left() {
    for engine in Engine::all() {
        let folder = tempfile::tempdir().unwrap();
        let scene = Scene::new(engine).await;
        let (url, file) = (scene.app.database_url.clone(), folder.path().join("tonight"));
        std::fs::write(&file, "last night's").unwrap();
        let refused = backup(&url, &file).await.unwrap_err();
        assert!(matches!(&refused, BackupError::Exists(path) if *path == file), "{refused}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "last night's");
        assert!(backup("sqlite:/nowhere/at/all.db", &folder.path().join("other")).await.is_err());
        assert_eq!(files_of(folder.path()), [file]);
    }
}

#[tokio::test]
async fn what_is_no_sound_backup_is_refused_before_anything_is_there() {
    for engine in Engine::all() {
        let folder = tempfile::tempdir().unwrap();
        let scene = Scene::new(engine).await;
        let (url, file) = (scene.app.database_url.clone(), folder.path().join("tonight"));
        backup(&url, &file).await.unwrap();
        let whole = std::fs::read(&file).unwrap();
        for (name, content) in [("text", b"What a day.".to_vec()), ("cut", whole[..whole.len() / 2].to_vec())] {
            let bad = folder.path().join(name);
            std::fs::write(&bad, content).unwrap();
            let place = elsewhere(engine, &url, folder.path()).await;
            let refused = restore(&place, &bad).await.unwrap_err();
            assert!(matches!(refused, BackupError::NoBackup { .. } | BackupError::Program { .. }), "{refused}");
            // What is sound can still be restored there.
            restore(&place, &file).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_backup_belongs_to_its_engine() {
    if Engine::all().len() < 2 {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (file, mut urls) = (folder.path().join("tonight"), Vec::new());
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let scene = Scene::new(engine).await;
        urls.push((engine, scene.app.database_url.clone()));
        if engine == Engine::Sqlite {
            backup(&scene.app.database_url, &file).await.unwrap();
        }
    }
    let (engine, url) = &urls[1];
    let place = elsewhere(*engine, url, folder.path()).await;
    let refused = restore(&place, &file).await.unwrap_err().to_string();
    assert!(refused.ends_with("this is not a backup of a PostgreSQL database"), "{refused}");
}
