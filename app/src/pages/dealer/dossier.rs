//! `/concesionario/pedidos/{id}/expediente-matriculacion`: everything a registration office wants to see, for paper. It is
//! what staff take along where a body has no way in, opens a dossier, or does not answer.

use super::words::colour_words;
use super::{clerk, crumbs, order_href};
use crate::ui::{Crumb, DataTable, Fact, KeyValueList, Notice, PageHeader, Tone};
use crate::web::dates::day;
use crate::web::{Page, PageResult, Refusal, Section, WebContext};
use caas::kernel::ids::OrderId;
use caas::kernel::locale::Locale;
use caas::sales::documents::{NeededPaper, PaperState, country_of};
use caas::sales::model::OwnerKind;
use caas::sales::registration::countries::Provider;
use caas::sales::registration::port::{RegistrationRequest, VehicleData};
use caas::sales::registration::{Dossier, dossier};
use leptos::prelude::*;

/// The page.
pub(super) async fn dossier_page(web: WebContext) -> PageResult {
    let clerk = clerk(&web)?;
    let id: OrderId = web.param_as("id")?;
    let mut tx = web.caas.db.read().await?;
    let order = clerk.who().order(&mut tx, id).await?.ok_or(Refusal::Hidden("order"))?;
    let dossier = dossier(&mut tx, order).await?.ok_or(Refusal::Hidden("dossier"))?;
    drop(tx);
    let locale = web.locale;
    let title = locale.t("Expediente de matriculación", "Registration dossier");
    let mut back = crumbs(locale);
    back.push(Crumb::new(order_href(id), dossier.order.number.clone()));
    let body = view! {
        <PageHeader title=title crumbs=back crumbs_label=locale.t("Estás en", "You are in")/>
        <p class="muted no-print">
            {locale.t(
                "Usa la función de imprimir de tu navegador; también puede guardarlo como PDF. Junta los originales y llévalo todo al organismo; después escribe la matrícula en la página del pedido.",
                "Use your browser's print function; it can also save a PDF. Put the originals with it and take all of it to the authority; then type the plate in on the order's page.",
            )}
        </p>
        {head(&dossier, &web)}
        {data(&dossier, locale)}
        {papers(&dossier, locale)}
        <section class="card" aria-labelledby="firma">
            <h2 class="card__title" id="firma">{locale.t("Presentado", "Handed in")}</h2>
            <KeyValueList facts=vec![
                Fact::text(locale.t("Fecha y oficina", "Date and office"), BLANK),
                Fact::text(locale.t("Por (nombre y firma)", "By (name and signature)"), BLANK),
                Fact::text(locale.t("Matrícula asignada", "Plate assigned"), BLANK),
            ]/>
        </section>
    };
    Ok(Page::new(title, body).section(Section::Dealership))
}

/// Room to write on.
const BLANK: &str = "______________________________";

/// Which registration this is and who hands it in.
fn head(dossier: &Dossier, web: &WebContext) -> AnyView {
    let locale = web.locale;
    let (order, registration) = (&dossier.order, &dossier.registration);
    let country = country_of(order);
    let body = match country.body {
        "" => registration.country.clone(),
        body => format!("{body} ({})", registration.country),
    };
    let mut facts = vec![
        Fact::text(locale.t("Organismo", "Authority"), body),
        Fact::code(locale.t("Pedido y factura", "Order and invoice"), order.number.clone()),
    ];
    if let Some(number) = &registration.dossier_id {
        facts.push(Fact::code(locale.t("Número de expediente", "Dossier number"), number.clone()));
    }
    if let Some(plate) = &registration.plate {
        facts.push(Fact::code(locale.t("Matrícula", "Plate"), plate.clone()));
    }
    facts.push(Fact::text(locale.t("Presenta", "Handed in by"), dossier.dealership.address_line()));
    if let Some(phone) = &dossier.dealership.phone {
        facts.push(Fact::text(locale.t("Teléfono", "Phone"), phone.clone()));
    }
    let printed = day(web.caas.now(), &dossier.dealership.time_zone, locale);
    facts.push(Fact::text(locale.t("Preparado el", "Prepared on"), printed));
    view! { <div class="card"><KeyValueList facts=facts/></div> }.into_any()
}

/// Vehicle, owner and purchase; or that somebody has to fill them in.
fn data(dossier: &Dossier, locale: Locale) -> AnyView {
    let Some(request) = &dossier.request else {
        return view! {
            <Notice tone=Tone::Waiting title=locale.t("Faltan los datos técnicos", "The technical data are missing")>
                {locale.t(
                    "De este modelo no tenemos los datos técnicos, o la venta ya terminó. Toma los datos del certificado de conformidad.",
                    "We have no technical data of this model, or the sale is over. Take them from the certificate of conformity.",
                )}
            </Notice>
        }
        .into_any();
    };
    let parts = [
        ("vehiculo", locale.t("Vehículo", "Vehicle"), vehicle(&request.vehicle, locale)),
        ("titular", locale.t("Titular", "Owner"), owner(request, locale)),
        ("compra", locale.t("Compra", "Purchase"), purchase(request, locale)),
    ];
    parts
        .into_iter()
        .map(|(id, title, facts)| {
            view! {
                <section class="card" aria-labelledby=id>
                    <h2 class="card__title" id=id>{title}</h2>
                    <KeyValueList facts=facts/>
                </section>
            }
        })
        .collect_view()
        .into_any()
}

fn vehicle(car: &VehicleData, locale: Locale) -> Vec<Fact> {
    let engine = match car.engine_type.as_str() {
        "ELECTRIC" => locale.t("Eléctrico", "Electric"),
        "HYBRID" => locale.t("Híbrido", "Hybrid"),
        "DIESEL" => locale.t("Diésel", "Diesel"),
        _ => locale.t("Gasolina", "Petrol"),
    };
    // One metric horse power is 0.73549875 kW.
    let power = format!("{:.0} kW ({:.0} {})", car.kw, car.kw / 0.735_498_75, locale.t("CV", "hp"));
    vec![
        Fact::code(locale.t("Bastidor (VIN)", "VIN"), car.vin.clone()),
        Fact::text(locale.t("Marca y modelo", "Make and model"), format!("{} {}", car.make, car.model)),
        Fact::text(locale.t("Año de fabricación", "Year of manufacture"), car.year.to_string()),
        Fact::text(locale.t("Motor", "Engine"), engine),
        Fact::text(locale.t("Potencia", "Power"), power),
        Fact::text("CO₂", format!("{:.0} g/km", car.emissions)),
        Fact::text(locale.t("Masa en orden de marcha", "Kerb weight"), format!("{:.0} kg", car.weight)),
        Fact::text(locale.t("Color", "Colour"), colour_words(&car.colour, locale)),
    ]
}

fn owner(request: &RegistrationRequest, locale: Locale) -> Vec<Fact> {
    let (owner, address) = (&request.owner, &request.address);
    let kind = match owner.kind {
        OwnerKind::Individual => locale.t("Persona", "Person"),
        OwnerKind::Company => locale.t("Empresa", "Company"),
    };
    let home = format!("{}, {} {} ({})", address.street, address.postal_code, address.city, address.country);
    let mut facts = vec![
        Fact::text(locale.t("Tipo", "Kind"), kind),
        Fact::text(locale.t("Nombre", "Name"), owner.name.clone()),
        Fact::code(locale.t("Número fiscal", "Tax id"), owner.tax_id.clone()),
        Fact::text(locale.t("Dirección", "Address"), home),
    ];
    if let Some(born) = &owner.date_of_birth {
        facts.push(Fact::text(locale.t("Fecha de nacimiento", "Date of birth"), super::day_words(born, locale)));
    }
    if let Some(licence) = &owner.driver_license {
        facts.push(Fact::code(locale.t("Permiso de conducir", "Driving licence"), licence.clone()));
    }
    if let Some(insurance) = &owner.insurance {
        let words = format!("{}, {}", insurance.provider, insurance.policy_number);
        facts.push(Fact::text(locale.t("Seguro", "Insurance"), words));
    }
    facts
}

fn purchase(request: &RegistrationRequest, locale: Locale) -> Vec<Fact> {
    vec![
        Fact::text(
            locale.t("Fecha de la compra", "Date of purchase"),
            super::day_words(&request.purchase_date, locale),
        ),
        Fact::text(locale.t("Precio con IVA", "Price with VAT"), request.price.display(locale)),
        Fact::code(locale.t("Factura", "Invoice"), request.invoice.clone()),
    ]
}

/// What goes with it, to be ticked off by hand.
fn papers(dossier: &Dossier, locale: Locale) -> AnyView {
    let heads = [
        locale.t("Documento", "Paper"),
        locale.t("Lo trae", "Brought by"),
        locale.t("Estado", "State"),
        locale.t("Adjunto", "Attached"),
    ];
    let [paper, by, state, attached] = heads;
    let order = dossier.order.id;
    let rows = dossier
        .papers
        .iter()
        .map(|needed| {
            let name = needed.paper.name(locale);
            let name = match &needed.file {
                Some(file) => {
                    let href = format!("{}/documentos/{}", order_href(order), file.id);
                    view! { <a href=href>{name}</a> }.into_any()
                }
                None => name.into_any(),
            };
            view! {
                <tr>
                    <td data-label=paper>{name}</td>
                    <td data-label=by>{provider_words(needed.paper.provider, locale)}</td>
                    <td data-label=state>{paper_words(needed, locale)}</td>
                    <td data-label=attached aria-label=locale.t("Casilla para marcar en papel", "Box to tick on paper")>"☐"</td>
                </tr>
            }
        })
        .collect_view();
    let caption = locale.t("Documentos que pide el país", "Papers the country asks for");
    view! {
        <section class="card" aria-labelledby="documentos">
            <h2 class="card__title" id="documentos">{caption}</h2>
            <DataTable caption=caption caption_hidden=true heads=heads.map(str::to_owned).to_vec()>{rows}</DataTable>
        </section>
    }
    .into_any()
}

fn provider_words(provider: Provider, locale: Locale) -> &'static str {
    match provider {
        Provider::Customer => locale.t("Cliente", "Customer"),
        Provider::Dealership => locale.t("Concesionario", "Dealership"),
        Provider::Caas => locale.t("CaaS lo prepara", "CaaS prepares it"),
    }
}

fn paper_words(needed: &NeededPaper, locale: Locale) -> &'static str {
    match needed.state {
        PaperState::Missing | PaperState::Replaced => locale.t("Falta", "Missing"),
        PaperState::Provided => locale.t("Entregado", "Provided"),
        PaperState::Accepted => locale.t("Aceptado", "Accepted"),
        PaperState::Refused => locale.t("Hay que traerlo de nuevo", "To be brought again"),
    }
}
