//! `/estilo`: every component in each of its states, to look at and to take pictures of. Sandbox only.

use crate::ui::*;
use crate::web::{Page, PageResult, Refusal, Route, WebContext, get};
use leptos::prelude::*;

/// The style guide's address.
pub(super) fn routes() -> Vec<Route> {
    vec![get("/estilo", style_guide)]
}

async fn style_guide(web: WebContext) -> PageResult {
    if !web.site.is_sandbox {
        return Err(Refusal::NotFound);
    }
    let body = view! {
        <PageHeader title="Estilo" lead="Cada pieza, en cada estado." crumbs=vec![Crumb::new("/sandbox", "Sandbox")]/>
        {words()}
        {states()}
        {services()}
        {cars()}
        {activation()}
        {forms()}
        {lists()}
        {icons()}
    };
    Ok(Page::new("Estilo", body))
}

fn words() -> impl IntoView {
    view! {
        <section class="section">
            <h2>"Palabras y botones"</h2>
            <p class="lead">"Una frase que abre la página."</p>
            <p>"Texto, con " <a href="/estilo">"un enlace"</a> ", un código " <span class="code">"VF1RFB00467891234"</span> " y un importe " <strong class="money">"29,90\u{a0}€"</strong> "."</p>
            <PriceBlock amount="119,00\u{a0}€" period="365 días" per_day="0,33\u{a0}€ al día" note="IVA incluido"/>
            <div class="cluster">
                <Button kind=ButtonKind::Primary kind_attr="button">"Primario"</Button>
                <Button kind_attr="button" icon=IconName::Download>"Secundario"</Button>
                <Button kind=ButtonKind::Quiet kind_attr="button">"Discreto"</Button>
                <Button kind=ButtonKind::Danger kind_attr="button">"Peligro"</Button>
                <Button kind_attr="button" disabled=true>"No ahora"</Button>
                <LinkButton href="/estilo">"Enlace"</LinkButton>
            </div>
        </section>
    }
}

fn states() -> impl IntoView {
    let pills = [
        (Status::Active, "Activo"),
        (Status::Waiting, "Esperando"),
        (Status::Retry, "Nuevo intento"),
        (Status::Failed, "Sin éxito"),
        (Status::Held, "Retenido"),
        (Status::Charged, "Cobrado"),
        (Status::Available, "Disponible"),
        (Status::Blocked, "Bloqueado"),
        (Status::Scheduled, "Programado"),
        (Status::Ended, "Terminado"),
        (Status::Info, "Nota"),
        (Status::Warning, "Atención"),
        (Status::Done, "Hecho"),
    ];
    view! {
        <section class="section">
            <h2>"Estados"</h2>
            <div class="cluster">{pills.map(|(kind, word)| view! { <StatusPill kind=kind word=word/> }).collect_view()}</div>
            <Notice title="Para saber">"Puedes desistir hasta el 7 de diciembre."</Notice>
            <Notice tone=Tone::Done title="Tu coche lo ha confirmado">"Se han cobrado 29,90\u{a0}€."</Notice>
            <Notice tone=Tone::Waiting title="Lo estamos intentando">"El próximo intento es a las 10:47."</Notice>
            <Notice
                tone=Tone::Problem
                title="Tu banco ha rechazado el pago"
                action=view! { <LinkButton href="/estilo">"Usar otra tarjeta"</LinkButton> }.into_any()
            >
                "No se te ha cobrado nada."
            </Notice>
            <Toast text="Hemos guardado tus datos." close_href="/estilo" close_word="Cerrar"/>
            <MeterBar label="Frenos" text="62\u{a0}%" percent=62 threshold=70 threshold_text="Mínimo 70\u{a0}%" tone=Tone::Problem/>
            <MeterBar label="Batería" text="92\u{a0}%" percent=92 threshold=70 threshold_text="Mínimo 70\u{a0}%" tone=Tone::Done/>
            <Skeleton label="Cargando"/>
            <EmptyState title="Aún no tienes servicios" action=view! { <LinkButton href="/catalogo">"Ver el catálogo"</LinkButton> }.into_any()>
                "Cuando actives el primero, estará aquí."
            </EmptyState>
            <ConfirmBox opener="Desistir del contrato aquí" title="¿Quieres desistir?" danger=true>
                <p>"Te devolvemos 29,90\u{a0}€ y la función se apaga."</p>
            </ConfirmBox>
        </section>
    }
}

fn services() -> impl IntoView {
    view! {
        <section class="section">
            <h2>"Servicios"</h2>
            <ul class="services">
                <ServiceCard href="/estilo" name="Luz adaptativa" promise="Ve más lejos sin deslumbrar." icon=IconName::Light price="desde 0,33\u{a0}€ al día"/>
                <ServiceCard
                    href="/estilo"
                    name="Asistente de autopista"
                    promise="Mantiene carril y distancia."
                    icon=IconName::DriverAssistance
                    price="desde 0,98\u{a0}€ al día"
                    note="Frenos al 62\u{a0}%, mínimo 70\u{a0}%"
                    status=view! { <StatusPill kind=Status::Blocked word="Bloqueado"/> }.into_any()
                />
            </ul>
            <ul class="offers">
                <OfferRow term="30 días" price="14,90\u{a0}€" per_day="0,50\u{a0}€ al día" href="/estilo" action="Elegir"/>
                <OfferRow term="365 días" price="119,00\u{a0}€" per_day="0,33\u{a0}€ al día" href="/estilo" action="Elegir" featured=true/>
                <OfferRow
                    term="Suscripción"
                    price="9,90\u{a0}€"
                    unit="al mes"
                    note="Tienes un pago pendiente."
                    status=view! { <StatusPill kind=Status::Blocked word="No disponible"/> }.into_any()
                />
            </ul>
        </section>
    }
}

fn cars() -> impl IntoView {
    let cars = [
        (CarModel::Sedan, CarColour::White),
        (CarModel::Suv, CarColour::Silver),
        (CarModel::Sport, CarColour::Grey),
        (CarModel::Sedan, CarColour::Black),
        (CarModel::Suv, CarColour::Blue),
        (CarModel::Sport, CarColour::Red),
        (CarModel::Sedan, CarColour::Green),
        (CarModel::Suv, CarColour::Sand),
    ];
    view! {
        <section class="section">
            <h2>"Coches"</h2>
            <div class="cars">
                {cars
                    .map(|(model, colour)| view! { <CarCard model=model colour=colour name="Meridian" code="1234 LKM" facts="2 servicios activos"/> })
                    .collect_view()}
            </div>
        </section>
    }
}

fn activation() -> impl IntoView {
    view! {
        <section class="section">
            <h2>"Activación"</h2>
            <Verdict tone=Tone::Waiting title="Lo estamos intentando" amount_label="Retenido, no cobrado" amount="119,00\u{a0}€" text="La retención acaba mañana a las 10:40."/>
            <Verdict tone=Tone::Done title="Tu coche lo ha confirmado" amount_label="Cobrado" amount="119,00\u{a0}€"/>
            <Verdict tone=Tone::Problem title="No hemos podido activarlo" amount_label="Cobrado" amount="0,00\u{a0}€"/>
            <ActivationTimeline label="Historia de la activación">
                <TimelineEntry tone=Tone::Done icon=IconName::Held title="119,00\u{a0}€ retenidos" time="hoy, 10:40"/>
                <TimelineEntry tone=Tone::Waiting icon=IconName::Retry title="Intento 1 de 5: tu coche estaba en marcha" time="hoy, 10:41" text="No cambiamos nada mientras conduces."/>
                <TimelineEntry tone=Tone::Problem icon=IconName::Failed title="Intento 2 de 5: sin respuesta" time="hoy, 10:43" current=true/>
                <NextAttempt title="Intento 3 de 5" time="a las 10:47" left="1:42".to_owned() fraction=42u32/>
            </ActivationTimeline>
            <Stepper
                label="Pedido"
                steps=vec![
                    Step::new("Señal pagada", "3 oct", StepState::Done),
                    Step::new("En el concesionario", "", StepState::Current),
                    Step::new("Matrícula", "faltan papeles", StepState::Failed),
                    Step::new("Entrega", "", StepState::Ahead),
                ]
            />
        </section>
    }
}

fn forms() -> impl IntoView {
    view! {
        <section class="section">
            <h2>"Formularios"</h2>
            <form class="form" method="get" action="/estilo">
                <div class="form__row">
                    <Field label="Correo" name="email" kind="email" help="Aquí llega el recibo."/>
                    <Field label="VIN" name="vin" code=true value="VF1" error="Un VIN tiene 17 caracteres."/>
                    <SelectField label="País" name="country" choices=vec![Choice::new("ES", "España"), Choice::new("FR", "Francia")] value="ES"/>
                </div>
                <fieldset class="choices">
                    <legend>"Cuánto tiempo"</legend>
                    <ChoiceCard label="30 días" name="offer" value="30" aside="14,90\u{a0}€" checked=true/>
                    <ChoiceCard label="Suscripción" name="offer" value="sub" aside="9,90\u{a0}€" note="Tienes un pago pendiente." disabled=true/>
                </fieldset>
                <CheckField label="Quiero que empiece ahora." name="start" error="Necesitamos que lo confirmes."/>
                <TextArea label="Nota" name="note" optional_word="opcional" value="<b>tal cual</b>"/>
                <div class="form__actions"><Button kind=ButtonKind::Primary>"Pedido con obligación de pago"</Button></div>
            </form>
        </section>
    }
}

fn lists() -> impl IntoView {
    view! {
        <section class="section">
            <h2>"Listas"</h2>
            <FilterBar action="/estilo" label="Filtrar pagos" submit="Filtrar" remove_word="Quitar" clear_word="Quitar todo" count="2 pagos" chips=vec![Chip::new("Cobrados", "/estilo")]>
                <Field label="Qué buscas" name="q" kind="search"/>
            </FilterBar>
            <DataTable caption="Pagos" heads=["Fecha", "Concepto", "Estado", "#Importe"].map(str::to_owned).to_vec()>
                <tr>
                    <td data-label="Fecha">"21 nov 2026"</td>
                    <td data-label="Concepto">"Luz adaptativa, 365 días"</td>
                    <td data-label="Estado"><StatusPill kind=Status::Charged word="Cobrado"/></td>
                    <td class="num" data-label="Importe">"119,00\u{a0}€"</td>
                </tr>
            </DataTable>
            <Pager label="Páginas" previous_href="/estilo" previous_word="Más recientes" next_href="/estilo" next_word="Anteriores"/>
            <BarChart
                label="Lo asumido cada mes"
                top="120,00\u{a0}€"
                bars=[("sep", "60,00\u{a0}€", 6_000), ("oct", "0,00\u{a0}€", 0), ("nov", "120,00\u{a0}€", 12_000)]
                    .map(|(label, text, value)| Bar { label: label.to_owned(), text: text.to_owned(), value, href: "/estilo".to_owned() })
                    .to_vec()
            />
            <KeyValueList facts=vec![Fact::text("Modelo", "Meridian E5"), Fact::code("VIN", "VF1RFB00467891234")]/>
        </section>
    }
}

fn icons() -> impl IntoView {
    view! {
        <section class="section">
            <h2>"Iconos"</h2>
            <div class="cluster">{IconName::ALL.iter().map(|name| view! { <Icon name=*name/> }).collect_view()}</div>
        </section>
    }
}
