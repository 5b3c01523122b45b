//! Ready-made texts to try the console with. Never in production.

use super::shelf::insert_macro;
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::locale::Bilingual;

/// Name and text of each, in Spanish and English.
const MACROS: [[&str; 4]; 5] = [
    [
        "Coche sin conexión",
        "Car offline",
        "Hola, {{customer}}:\n\nTu {{vehicle}} no tenía conexión cuando intentamos activar {{service}}. Apárcalo en un lugar con cobertura y \
         deja el coche encendido unos diez minutos; después contéstanos aquí y lo probamos otra vez.\n\nNo se te ha cobrado nada.",
        "Hello, {{customer}}:\n\nYour {{vehicle}} was offline when we tried to activate {{service}}. Park it where there is reception and leave \
         the car on for about ten minutes; then answer here and we try again.\n\nYou have not been charged.",
    ],
    [
        "Seguimos mirándolo",
        "Still looking into it",
        "Hola, {{customer}}:\n\nSeguimos con tu caso {{ticket}} sobre {{service}}. {{reason}} Te escribimos en cuanto sepamos más; no tienes que \
         hacer nada.",
        "Hello, {{customer}}:\n\nWe are still working on your case {{ticket}} about {{service}}. {{reason}} We will write as soon as we know \
         more; you don't have to do anything.",
    ],
    [
        "Nos falta un dato",
        "We need one more thing",
        "Hola, {{customer}}:\n\nPara seguir con tu caso {{ticket}} necesitamos saber qué aparece en la pantalla de tu {{vehicle}} al abrir los \
         ajustes. Puedes contestar aquí y adjuntar una foto.",
        "Hello, {{customer}}:\n\nTo go on with your case {{ticket}} we need to know what the screen of your {{vehicle}} shows in its settings. \
         You can answer here and attach a photo.",
    ],
    [
        "No se te ha cobrado",
        "You have not been charged",
        "Hola, {{customer}}:\n\nNo se te han cobrado los {{amount}} de {{service}}: la retención está anulada. Según tu banco, puede tardar unos \
         días en dejar de verse.",
        "Hello, {{customer}}:\n\nThe {{amount}} for {{service}} have not been charged: the hold has been reversed. Your bank may take a few days \
         to stop showing it.",
    ],
    [
        "Resuelto",
        "Solved",
        "Hola, {{customer}}:\n\nDamos por resuelto tu caso {{ticket}}. Si algo sigue sin ir bien, contesta aquí y lo volvemos a abrir.",
        "Hello, {{customer}}:\n\nWe consider your case {{ticket}} solved. If something is still not right, answer here and we open it again.",
    ],
];

/// Puts the texts on the shelf, in the caller's transaction. Once per database.
pub async fn seed_demo(caas: &Caas, tx: &mut Tx) -> Result<()> {
    for [name_es, name_en, es, en] in MACROS {
        let bilingual = |es: &str, en: &str| Bilingual { es: es.to_owned(), en: en.to_owned() };
        insert_macro(caas, tx, caas.new_uuid(), &bilingual(name_es, name_en), &bilingual(es, en)).await?;
    }
    Ok(())
}
