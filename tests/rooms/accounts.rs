//! Use cases of accounts, on both engines: getting in, getting back in, and what strangers can't find out or do.

use crate::support::{World, for_each_engine};
use caas::Caas;
use caas::accounts::password::counting_hashes;
use caas::accounts::{
    self, AccountError, DEMO_ACCOUNTS, DEMO_PASSWORD, Field, Invitation, Problem, Profile, Role, SignUp,
};
use caas::expediente::model::Actor;
use caas::kernel::ids::UserId;
use caas::kernel::locale::Locale;
use caas::notifications::devices::{self, Subscription};
use caas::notifications::port::{Email, PushDevice};
use caas::sql;
use chrono::TimeDelta;
use std::net::IpAddr;

const EMAIL: &str = "Lucia@Ejemplo.es";
const PASSWORD: &str = "mi perro come peras";
const OTHER_PASSWORD: &str = "la tortuga no corre";

/// A different customer's network each time, where the limit per address is not what is tested.
fn from(n: u8) -> Option<IpAddr> {
    Some(IpAddr::from([192, 0, 2, n]))
}

fn form(email: &str, password: &str) -> SignUp {
    SignUp {
        name: "Lucía Ferrer".into(),
        email: email.into(),
        password: password.into(),
        country: "ES".into(),
        locale: Locale::Es,
    }
}

/// The secret of the link in a mail.
fn secret(mail: &Email) -> String {
    let (_, rest) = mail.text.split_once("token=").unwrap_or_else(|| panic!("no link in: {}", mail.text));
    rest.split_whitespace().next().unwrap_or_default().to_owned()
}

/// An account whose address is confirmed.
async fn customer(world: &World, email: &str) -> UserId {
    accounts::sign_up(&world.caas, &form(email, PASSWORD), None).await.expect("signed up");
    let mails = world.mails().await;
    accounts::confirm_email(&world.caas, &secret(&mails[0]), None).await.expect("confirmed");
    accounts::sign_in(&world.caas, email, PASSWORD, None).await.expect("signed in").id
}

async fn session(caas: &Caas, user: UserId, handle: &str) {
    let mut tx = caas.db.begin().await.expect("the database answers");
    let now = caas.now();
    sql!(tx, execute
        "INSERT INTO web_sessions (id_hash, user_id, created_at, last_seen_at, expires_at, user_agent, address)
         VALUES ($1, $2, $3, $3, $4, 'Firefox/1', '192.0.2.1')", handle, user, now, now + TimeDelta::days(7))
    .expect("the database answers");
    tx.commit().await.expect("the database answers");
}

/// A browser that takes messages in this session, named after it.
async fn device(caas: &Caas, user: UserId, session: &str) {
    let device = PushDevice {
        endpoint: format!("https://push.example/{session}"),
        p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4".into(),
        auth: "BTBZMqHH6r4Tts7J_aSIgg".into(),
    };
    let subscription = Subscription { device, label: session.into() };
    let kept = devices::subscribe(caas, user, session, &subscription).await.expect("the database answers");
    assert!(kept.is_some());
}

async fn devices_of(caas: &Caas, user: UserId) -> Vec<String> {
    let mut tx = caas.db.read().await.expect("the database answers");
    let own = devices::of(&mut tx, user).await.expect("the database answers");
    own.into_iter().map(|device| device.label).collect()
}

async fn sessions(caas: &Caas, user: UserId) -> Vec<String> {
    let mut handles: Vec<_> = accounts::list_sessions(caas, user, "")
        .await
        .expect("the database answers")
        .into_iter()
        .map(|session| session.handle)
        .collect();
    handles.sort();
    handles
}

async fn entries(caas: &Caas, kind: &str) -> i64 {
    let mut tx = caas.db.read().await.expect("the database answers");
    sql!(tx, one(i64,), "SELECT COUNT(*) FROM expediente_entries WHERE kind = $1", kind)
        .expect("the database answers")
        .0
}

fn problems(result: Result<(), AccountError>) -> Vec<(Field, Problem)> {
    match result {
        Err(AccountError::Invalid(found)) => found.into_iter().map(|f| (f.field, f.problem)).collect(),
        other => panic!("expected refused input, got {other:?}"),
    }
}

#[tokio::test]
async fn an_account_is_usable_once_its_address_is_confirmed() {
    for_each_engine(async |world| {
        let caas = &world.caas;
        accounts::sign_up(caas, &form(EMAIL, PASSWORD), from(1)).await.unwrap();
        let mails = world.mails().await;
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].to, EMAIL);
        assert!(!mails[0].text.contains("Ferrer"), "a stranger could write there: {}", mails[0].text);

        let early = accounts::sign_in(caas, EMAIL, PASSWORD, from(1)).await;
        assert!(matches!(early, Err(AccountError::EmailNotConfirmed)));
        let again = world.mails().await;
        assert_eq!(again.len(), 1, "a new link is sent");
        let wrong = accounts::sign_in(caas, EMAIL, OTHER_PASSWORD, from(1)).await;
        assert!(matches!(wrong, Err(AccountError::WrongCredentials)), "only the right password tells");

        accounts::confirm_email(caas, &secret(&again[0]), from(1)).await.unwrap();
        for used in [&again[0], &mails[0]] {
            let twice = accounts::confirm_email(caas, &secret(used), from(1)).await;
            assert!(matches!(twice, Err(AccountError::LinkUnusable)), "links work once and void the others");
        }
        let user = accounts::sign_in(caas, " lucia@ejemplo.ES ", PASSWORD, from(1)).await.unwrap();
        assert_eq!(
            (user.name.as_str(), user.role, user.time_zone.as_str()),
            ("Lucía Ferrer", Role::Customer, "Europe/Madrid")
        );
        assert_eq!(accounts::session_user(caas, user.id).await.unwrap(), Some(user));
        for kind in ["ACCOUNT_CREATED", "EMAIL_CONFIRMED", "SIGNED_IN"] {
            assert_eq!(entries(caas, kind).await, 1, "{kind}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    for_each_engine(async |world| {
        let bad = SignUp {
            name: " ".into(),
            email: "x".into(),
            password: "corta".into(),
            country: "XX".into(),
            locale: Locale::En,
        };
        assert_eq!(
            problems(accounts::sign_up(&world.caas, &bad, None).await),
            [
                (Field::Name, Problem::Missing),
                (Field::Email, Problem::EmailInvalid),
                (Field::Country, Problem::UnknownChoice),
                (Field::Password, Problem::PasswordTooShort),
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn signing_up_tells_nobody_that_an_address_has_an_account() {
    for_each_engine(async |world| {
        let caas = &world.caas;
        customer(&world, EMAIL).await;
        let known = form(&EMAIL.to_uppercase(), OTHER_PASSWORD);
        let (known, known_hashes) = counting_hashes(accounts::sign_up(caas, &known, from(1))).await;
        let fresh = form("nueva@ejemplo.es", OTHER_PASSWORD);
        let (fresh, fresh_hashes) = counting_hashes(accounts::sign_up(caas, &fresh, from(1))).await;
        assert!(known.is_ok() && fresh.is_ok());
        assert_eq!((known_hashes, fresh_hashes), (1, 1), "the same work");
        let mut mails = world.mails().await;
        mails.sort_by(|a, b| a.to.cmp(&b.to));
        assert_eq!(mails[0].subject, "Ya tienes una cuenta en CaaS");
        assert!(!mails[0].text.contains("token="));
        assert_eq!(mails[1].subject, "Confirma tu correo en CaaS");
        accounts::sign_in(caas, EMAIL, PASSWORD, from(1)).await.expect("the owner's password is untouched");
    })
    .await;
}

#[tokio::test]
async fn nobody_can_lay_down_a_password_for_somebody_elses_address() {
    for_each_engine(async |world| {
        let caas = &world.caas;
        accounts::sign_up(caas, &form(EMAIL, "contrabando 4711 y pico"), from(66)).await.unwrap();
        world.mails().await;
        accounts::sign_up(caas, &form(EMAIL, PASSWORD), from(1)).await.unwrap();
        let owners = world.mails().await;
        accounts::confirm_email(caas, &secret(&owners[0]), from(1)).await.unwrap();
        accounts::sign_in(caas, EMAIL, PASSWORD, from(1)).await.expect("the password of the link that was followed");
        let intruder = accounts::sign_in(caas, EMAIL, "contrabando 4711 y pico", from(66)).await;
        assert!(matches!(intruder, Err(AccountError::WrongCredentials)));
    })
    .await;
}

#[tokio::test]
async fn signing_in_gives_the_same_answer_after_the_same_work_whoever_is_meant() {
    for_each_engine(async |world| {
        let caas = &world.caas;
        let closed = customer(&world, "cerrada@ejemplo.es").await;
        customer(&world, EMAIL).await;
        let mut tx = caas.db.begin().await.unwrap();
        let invited = invitation("invitada@ejemplo.es");
        accounts::invite(caas, &mut tx, Actor::SYSTEM, &invited).await.unwrap();
        tx.commit().await.unwrap();
        accounts::close_account(caas, closed, closed).await.unwrap();

        for (email, password) in [
            (EMAIL, OTHER_PASSWORD),
            ("nadie@ejemplo.es", PASSWORD),
            ("cerrada@ejemplo.es", PASSWORD),
            ("invitada@ejemplo.es", PASSWORD),
            ("no es un correo", PASSWORD),
            (EMAIL, ""),
        ] {
            let (result, hashes) = counting_hashes(accounts::sign_in(caas, email, password, from(1))).await;
            assert!(matches!(result, Err(AccountError::WrongCredentials)), "{email}");
            assert_eq!(hashes, 1, "{email}");
        }
    })
    .await;
}

#[tokio::test]
async fn guessing_at_one_account_is_slowed_down_known_or_not() {
    for_each_engine(async |world| {
        let caas = &world.caas;
        customer(&world, EMAIL).await;
        for email in [EMAIL, "nadie@ejemplo.es"] {
            // All at once, from everywhere: none slips through beside the others.
            let tries = (0..12u8).map(|n| accounts::sign_in(caas, email, OTHER_PASSWORD, from(n)));
            let results = futures::future::join_all(tries).await;
            let answered = results.iter().filter(|r| matches!(r, Err(AccountError::WrongCredentials))).count();
            assert_eq!(answered, 5, "{email}");

            let (right, hashes) = counting_hashes(accounts::sign_in(caas, email, PASSWORD, from(99))).await;
            assert!(matches!(right, Err(AccountError::TooManyAttempts { .. })), "not even with the right password");
            assert_eq!(hashes, 0);
        }
        world.clock.advance(TimeDelta::minutes(1));
        accounts::sign_in(caas, EMAIL, PASSWORD, from(99)).await.expect("after waiting");
        for _ in 0..5 {
            let wrong = accounts::sign_in(caas, EMAIL, OTHER_PASSWORD, from(99)).await;
            assert!(
                matches!(wrong, Err(AccountError::WrongCredentials)),
                "the right person's sign-in forgot the others"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn guessing_from_one_network_is_slowed_down() {
    for_each_engine(async |world| {
        let caas = &world.caas;
        customer(&world, EMAIL).await;
        for n in 0..30 {
            let result = accounts::sign_in(caas, &format!("p{n}@ejemplo.es"), PASSWORD, from(7)).await;
            assert!(matches!(result, Err(AccountError::WrongCredentials)));
        }
        let blocked = accounts::sign_in(caas, EMAIL, PASSWORD, from(7)).await;
        assert!(matches!(blocked, Err(AccountError::TooManyAttempts { .. })));
        accounts::sign_in(caas, EMAIL, PASSWORD, from(8)).await.expect("others are not held up");
        world.clock.advance(TimeDelta::minutes(15));
        accounts::sign_in(caas, EMAIL, PASSWORD, from(7)).await.expect("after the window");
    })
    .await;
}

#[tokio::test]
async fn mails_that_strangers_cause_are_few() {
    for_each_engine(async |world| {
        let caas = &world.caas;
        customer(&world, EMAIL).await;
        world.clock.advance(TimeDelta::hours(1));
        for n in 0..3 {
            accounts::request_password_reset(caas, EMAIL, from(n)).await.unwrap();
        }
        let result = accounts::request_password_reset(caas, EMAIL, from(9)).await;
        assert!(matches!(result, Err(AccountError::TooManyAttempts { .. })));
        assert_eq!(world.mails().await.len(), 3);
        for n in 0..10 {
            accounts::request_password_reset(caas, &format!("p{n}@ejemplo.es"), from(20)).await.unwrap();
        }
        let result = accounts::sign_up(caas, &form("otra@ejemplo.es", PASSWORD), from(20)).await;
        assert!(matches!(result, Err(AccountError::TooManyAttempts { .. })), "one limit for all mails of a network");
    })
    .await;
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_mail_once() {
    for_each_engine(async |world| {
        let caas = &world.caas;
        let user = customer(&world, EMAIL).await;
        session(caas, user, "one").await;

        accounts::request_password_reset(caas, "nadie@ejemplo.es", from(1)).await.expect("the same answer");
        assert!(world.mails().await.is_empty());

        accounts::request_password_reset(caas, EMAIL, from(1)).await.unwrap();
        accounts::request_password_reset(caas, EMAIL, from(1)).await.unwrap();
        let links: Vec<_> = world.mails().await.iter().map(secret).collect();
        assert!(accounts::link_works(caas, &links[0]).await.unwrap());
        let weak = accounts::reset_password(caas, &links[0], "Lucia@Ejemplo.es", from(1)).await;
        assert_eq!(problems(weak), [(Field::Password, Problem::PasswordPersonal)]);
        accounts::reset_password(caas, &links[0], OTHER_PASSWORD, from(1))
            .await
            .expect("a refused password uses no link up");

        for link in &links {
            let again = accounts::reset_password(caas, link, PASSWORD, from(1)).await;
            assert!(matches!(again, Err(AccountError::LinkUnusable)));
        }
        assert!(sessions(caas, user).await.is_empty(), "all sessions ended");
        assert_eq!(world.mails().await[0].subject, "Tu contraseña ha cambiado");
        assert!(matches!(accounts::sign_in(caas, EMAIL, PASSWORD, from(1)).await, Err(AccountError::WrongCredentials)));
        accounts::sign_in(caas, EMAIL, OTHER_PASSWORD, from(1)).await.unwrap();
        assert_eq!(entries(caas, "PASSWORD_CHANGED").await, 1);
    })
    .await;
}

#[tokio::test]
async fn links_end_and_are_good_for_one_purpose() {
    for_each_engine(async |world| {
        let caas = &world.caas;
        accounts::sign_up(caas, &form(EMAIL, PASSWORD), None).await.unwrap();
        let confirmation = secret(&world.mails().await[0]);
        let misused = accounts::reset_password(caas, &confirmation, OTHER_PASSWORD, None).await;
        assert!(matches!(misused, Err(AccountError::LinkUnusable)));
        world.clock.advance(TimeDelta::hours(24));
        let late = accounts::confirm_email(caas, &confirmation, None).await;
        assert!(matches!(late, Err(AccountError::LinkUnusable)));

        accounts::request_password_reset(caas, EMAIL, None).await.unwrap();
        let reset = secret(&world.mails().await[0]);
        assert!(matches!(accounts::confirm_email(caas, &reset, None).await, Err(AccountError::LinkUnusable)));
        world.clock.advance(TimeDelta::minutes(60));
        assert!(!accounts::link_works(caas, &reset).await.unwrap());
        let late = accounts::reset_password(caas, &reset, OTHER_PASSWORD, None).await;
        assert!(matches!(late, Err(AccountError::LinkUnusable)));
    })
    .await;
}

#[tokio::test]
async fn secrets_of_links_stand_in_no_table() {
    for_each_engine(async |world| {
        let caas = &world.caas;
        accounts::sign_up(caas, &form(EMAIL, PASSWORD), None).await.unwrap();
        let secret = secret(&world.mails().await[0]);
        let mut tx = caas.db.read().await.unwrap();
        let (tokens,) = sql!(tx, one(i64,), "SELECT COUNT(*) FROM user_tokens WHERE hash = $1", &secret).unwrap();
        let pattern = format!("%{secret}%");
        let (mails,) = sql!(
            tx,
            one(i64,),
            "SELECT COUNT(*) FROM notifications WHERE body_text LIKE $1 OR body_html LIKE $1",
            &pattern
        )
        .unwrap();
        assert_eq!((tokens, mails), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn changing_the_password_needs_the_old_one_and_ends_other_sessions() {
    for_each_engine(async |world| {
        let caas = &world.caas;
        let user = customer(&world, EMAIL).await;
        session(caas, user, "here").await;
        session(caas, user, "elsewhere").await;
        accounts::request_password_reset(caas, EMAIL, None).await.unwrap();
        let link = secret(&world.mails().await[0]);

        let both = accounts::change_password(caas, user, "here", "no es esta clave", "corta").await;
        assert_eq!(
            problems(both),
            [(Field::CurrentPassword, Problem::PasswordWrong), (Field::Password, Problem::PasswordTooShort)]
        );
        accounts::change_password(caas, user, "here", PASSWORD, OTHER_PASSWORD).await.unwrap();
        assert_eq!(sessions(caas, user).await, ["here"]);
        assert!(!accounts::link_works(caas, &link).await.unwrap(), "links under way are void");
        assert_eq!(world.mails().await[0].subject, "Tu contraseña ha cambiado");
        accounts::sign_in(caas, EMAIL, OTHER_PASSWORD, None).await.unwrap();

        for _ in 0..5 {
            problems(accounts::change_password(caas, user, "here", "no es esta clave", PASSWORD).await);
        }
        let sixth = accounts::change_password(caas, user, "here", OTHER_PASSWORD, PASSWORD).await;
        assert!(matches!(sixth, Err(AccountError::TooManyAttempts { .. })));
    })
    .await;
}

#[tokio::test]
async fn sessions_are_ones_own() {
    for_each_engine(async |world| {
        let caas = &world.caas;
        let lucia = customer(&world, EMAIL).await;
        let tomas = customer(&world, "tomas@ejemplo.es").await;
        for (user, handle) in [(lucia, "l1"), (lucia, "l2"), (tomas, "t1")] {
            session(caas, user, handle).await;
            device(caas, user, handle).await;
        }
        let listed = accounts::list_sessions(caas, lucia, "l2").await.unwrap();
        assert_eq!(listed.iter().filter(|s| s.current).map(|s| s.handle.as_str()).collect::<Vec<_>>(), ["l2"]);

        let others = accounts::end_session(caas, lucia, "t1").await;
        assert!(matches!(others, Err(AccountError::NotFound)), "somebody else's does not exist");
        assert_eq!(sessions(caas, tomas).await, ["t1"]);
        accounts::end_session(caas, lucia, "l1").await.unwrap();
        assert_eq!(sessions(caas, lucia).await, ["l2"]);
        assert_eq!(devices_of(caas, lucia).await, ["l2"]);
        session(caas, lucia, "l3").await;
        accounts::sign_out_everywhere(caas, lucia).await.unwrap();
        assert!(sessions(caas, lucia).await.is_empty() && devices_of(caas, lucia).await.is_empty());
        assert_eq!(sessions(caas, tomas).await, ["t1"]);
        assert_eq!(devices_of(caas, tomas).await, ["t1"]);
        accounts::sign_out(caas, tomas, "t1").await.unwrap();
        assert!(sessions(caas, tomas).await.is_empty() && devices_of(caas, tomas).await.is_empty());
        assert_eq!(entries(caas, "SESSIONS_ENDED").await, 2);
        assert_eq!(entries(caas, "SIGNED_OUT").await, 1);
    })
    .await;
}

#[tokio::test]
async fn people_say_who_they_are_and_in_which_language() {
    for_each_engine(async |world| {
        let caas = &world.caas;
        let user = customer(&world, EMAIL).await;
        let bad = Profile { name: "".into(), phone: "600".into(), time_zone: "Mars/Olympus".into() };
        assert_eq!(
            problems(accounts::change_profile(caas, user, &bad).await),
            [
                (Field::Name, Problem::Missing),
                (Field::Phone, Problem::PhoneInvalid),
                (Field::TimeZone, Problem::UnknownChoice)
            ]
        );
        let good = Profile { name: "Lu".into(), phone: "+34 600 000 000".into(), time_zone: "Atlantic/Canary".into() };
        accounts::change_profile(caas, user, &good).await.unwrap();
        accounts::change_language(caas, user, Locale::En).await.unwrap();
        let user = accounts::session_user(caas, user).await.unwrap().expect("open");
        assert_eq!(
            (user.name.as_str(), user.phone.as_deref(), user.time_zone.as_str(), user.locale),
            ("Lu", Some("+34600000000"), "Atlantic/Canary", Locale::En)
        );
    })
    .await;
}

fn invitation(email: &str) -> Invitation {
    Invitation {
        name: "Rosa Gil".into(),
        email: email.into(),
        phone: String::new(),
        country: "ES".into(),
        locale: Locale::Es,
        role: Role::Customer,
        dealership: None,
    }
}

#[tokio::test]
async fn an_invited_person_chooses_the_first_password() {
    for_each_engine(async |world| {
        let caas = &world.caas;
        let known = customer(&world, EMAIL).await;
        let mut tx = caas.db.begin().await.unwrap();
        let invited = accounts::invite(caas, &mut tx, Actor::SYSTEM, &invitation("rosa@ejemplo.es")).await.unwrap();
        let same = accounts::invite(caas, &mut tx, Actor::SYSTEM, &invitation(EMAIL)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(same, known, "who has an account keeps it");
        let mails = world.mails().await;
        assert_eq!(mails.len(), 1);
        assert!(mails[0].text.contains("Rosa Gil"));
        assert_eq!(accounts::session_user(caas, invited).await.unwrap(), None, "not before the address is proven");
        world.clock.advance(TimeDelta::days(13));
        accounts::reset_password(caas, &secret(&mails[0]), PASSWORD, None).await.unwrap();
        assert_eq!(accounts::sign_in(caas, "rosa@ejemplo.es", PASSWORD, None).await.unwrap().id, invited);
    })
    .await;
}

#[tokio::test]
async fn another_role_or_a_closed_account_ends_sessions_and_is_on_record() {
    for_each_engine(async |world| {
        let caas = &world.caas;
        let mut tx = caas.db.begin().await.unwrap();
        let demo = accounts::seed_demo(caas, &mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let (by, user) = (demo.administrator, demo.second_customer);
        session(caas, user, "s").await;
        device(caas, user, "s").await;
        assert_eq!(
            problems(accounts::change_role(caas, by, user, Role::Dealer, None).await),
            [(Field::Dealership, Problem::UnknownChoice)]
        );
        assert_eq!(sessions(caas, user).await, ["s"]);
        accounts::change_role(caas, by, user, Role::Dealer, Some(demo.dealership)).await.unwrap();
        assert!(sessions(caas, user).await.is_empty() && devices_of(caas, user).await.is_empty());
        let changed = accounts::session_user(caas, user).await.unwrap().expect("open");
        assert_eq!((changed.role, changed.dealership_id), (Role::Dealer, Some(demo.dealership)));

        session(caas, user, "t").await;
        accounts::close_account(caas, by, user).await.unwrap();
        assert!(sessions(caas, user).await.is_empty());
        assert_eq!(accounts::session_user(caas, user).await.unwrap(), None);
        accounts::reopen_account(caas, by, user).await.unwrap();
        assert!(accounts::session_user(caas, user).await.unwrap().is_some());
        assert_eq!(entries(caas, "ROLE_CHANGED").await, 3);
    })
    .await;
}

#[tokio::test]
async fn the_demo_accounts_can_sign_in_at_once() {
    for_each_engine(async |world| {
        let caas = &world.caas;
        let mut tx = caas.db.begin().await.unwrap();
        let demo = accounts::seed_demo(caas, &mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let dealer = accounts::session_user(caas, demo.dealer).await.unwrap().expect("open");
        assert_eq!(dealer.dealership_id, Some(demo.dealership));
        for account in DEMO_ACCOUNTS {
            let user = accounts::sign_in(caas, account.email, DEMO_PASSWORD, None).await.unwrap();
            assert_eq!(user.role, account.role);
        }
    })
    .await;
}
