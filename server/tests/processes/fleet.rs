//! Three processes on one PostgreSQL, the outside systems they share, and many customers.

use crate::crash::machine::{free_port, settings, start_sandbox};
use crate::crash::place::assemble;
use crate::crash::process::{Process, becomes};
use crate::crash::template::Template;
use crate::processes::browser::Browser;
use crate::processes::proxy::Proxy;
use caas::kernel::database::Tx;
use caas::kernel::ids::{UserId, VehicleId};
use caas::payments::methods;
use caas::payments::model::MethodKind;
use caas::payments::port::GatewayMethod;
use caas::sql;
use caas::vehicles::{NewVehicle, enter_delivered};
use caas_sandbox::world::gateway::model::PaymentMethod;
use caas_sandbox::{Running, TestCard, VehicleSpec, Vin};
use caas_server::application::Application;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// How long a process may take to start while others keep the machine busy.
const START: Duration = Duration::from_secs(40);

pub struct Customer {
    pub id: UserId,
    pub email: String,
    pub car: VehicleId,
    pub vin: Vin,
}

pub struct Fleet {
    processes: Vec<Process>,
    /// Where each process listens.
    pub doors: Vec<SocketAddr>,
    pub proxy: Proxy,
    pub sandbox: Running,
    /// For looking behind the pages. Runs nothing.
    pub behind: Application,
    folder: TempDir,
}

impl Fleet {
    /// Three processes that all start at the same time on a database with customers.
    pub async fn start(template: &Template) -> Fleet {
        let folder = tempfile::tempdir().unwrap();
        let database_url = template.copy_to(folder.path()).await;
        let ports = [free_port(), free_port(), free_port()];
        let doors: Vec<SocketAddr> = ports.map(|port| (Ipv4Addr::LOCALHOST, port).into()).to_vec();
        let proxy = Proxy::start(doors.clone()).await;
        // What the outside systems tell comes through the proxy too.
        let sandbox = start_sandbox(folder.path(), proxy.address.port()).await;
        let behind = assemble(settings(&database_url, &sandbox, 0)).await;
        let mut processes = Vec::new();
        for port in ports {
            let own = folder.path().join(port.to_string());
            std::fs::create_dir(&own).unwrap();
            let mut settings = settings(&database_url, &sandbox, port);
            settings.push(("CAAS_PUBLIC_URL".to_owned(), format!("http://{}", proxy.address)));
            processes.push(Process::start(Path::new(env!("CARGO_BIN_EXE_caas")), &["serve"], &settings, &own));
        }
        let mut fleet = Fleet { processes, doors, proxy, sandbox, behind, folder };
        for number in 0..fleet.doors.len() {
            let door = fleet.doors[number];
            let ready = becomes(START, async || {
                assert!(fleet.processes[number].ended().is_none(), "{}", fleet.log());
                is_ready(door).await
            })
            .await;
            assert!(ready, "process {number} is not ready: {}", fleet.log());
        }
        fleet
    }

    /// More customers, each with a car and a card, and the password of the demo.
    pub async fn customers(&self, count: usize) -> Vec<Customer> {
        let caas = &self.behind.caas;
        let mut customers = Vec::new();
        for number in 0..count {
            let (id, email) = (caas.new_id::<UserId>(), format!("fleet{number}@demo.caas.example"));
            let vin = format!("VSSZZZLNCTR8{number:05}");
            let mut tx = caas.db.begin().await.unwrap();
            sql!(tx, execute
                "INSERT INTO users (id, email, email_key, name, role, locale, country, time_zone, password_hash,
                                    email_confirmed_at, created_at, updated_at)
                 SELECT $1, $2, $2, 'Flota', role, locale, country, time_zone, password_hash, email_confirmed_at,
                        created_at, updated_at
                 FROM users WHERE email_key = 'cliente@demo.caas.example'", id, &email)
            .unwrap();
            let new = NewVehicle {
                vin: &vin,
                model_code: "LINCE",
                colour: "BLUE",
                plate: None,
                firmware: "4.10.2",
                customer: id,
                dealership: None,
            };
            let car = enter_delivered(caas, &mut tx, &new).await.unwrap();
            let card = self.sandbox.handle.add_payment_method(&id.to_string(), TestCard::GoodVisa);
            methods::add(caas, &mut tx, id, &at_the_gateway(card)).await.unwrap();
            tx.commit().await.unwrap();
            let vin = Vin::parse(&vin).unwrap();
            self.sandbox.handle.add_vehicles([VehicleSpec::new(vin.clone(), "LINCE", "4.10.2")]);
            customers.push(Customer { id, email, car, vin });
        }
        customers
    }

    /// A browser that knows the proxy's address.
    pub fn browser(&self) -> Browser {
        Browser::at(self.proxy.address)
    }

    /// SIGKILL.
    pub fn kill(&mut self, number: usize) {
        self.processes[number].kill();
    }

    pub async fn read(&self) -> Tx {
        self.behind.caas.db.read().await.unwrap()
    }

    /// What the processes said.
    pub fn log(&self) -> String {
        let logs = self.doors.iter().map(|door| self.folder.path().join(door.port().to_string()).join("log.txt"));
        logs.map(|file| std::fs::read_to_string(file).unwrap_or_default()).collect::<Vec<_>>().join("\n---\n")
    }
}

async fn is_ready(door: SocketAddr) -> bool {
    match reqwest::get(format!("http://{door}/readyz")).await {
        Ok(answer) => answer.status().is_success(),
        Err(_) => false,
    }
}

fn at_the_gateway(method: PaymentMethod) -> GatewayMethod {
    GatewayMethod {
        kind: MethodKind::Card,
        token: method.token,
        brand: Some(method.brand),
        last4: Some(method.last4),
        exp_month: method.exp_month.map(i64::from),
        exp_year: method.exp_year.map(i64::from),
    }
}
