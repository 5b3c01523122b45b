use leptos::prelude::*;

use super::text::given;

/// The three silhouettes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CarModel {
    /// Four doors, three boxes.
    #[default]
    Sedan,
    /// High and roomy.
    Suv,
    /// Low and short.
    Sport,
}

impl CarModel {
    /// Finds the silhouette in a model's name or body type; a saloon when it says nothing.
    pub fn from_name(name: &str) -> Self {
        let name = name.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
        if has(&["suv", "cross", "todoterreno", "off"]) {
            Self::Suv
        } else if has(&["sport", "coup", "roadster", "gt", "deportivo"]) {
            Self::Sport
        } else {
            Self::Sedan
        }
    }
}

/// The paints that can be drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CarColour {
    /// White.
    White,
    /// Silver.
    #[default]
    Silver,
    /// Grey.
    Grey,
    /// Black.
    Black,
    /// Blue.
    Blue,
    /// Red.
    Red,
    /// Green.
    Green,
    /// Sand, bronze, yellow.
    Sand,
}

impl CarColour {
    /// Finds the paint in a colour's Spanish or English name; silver when it says nothing.
    pub fn from_name(name: &str) -> Self {
        let name = name.to_lowercase();
        let paints: [(&[&str], Self); 7] = [
            (&["blanc", "white", "pearl", "perla"], Self::White),
            (&["negr", "black"], Self::Black),
            (&["gris", "grey", "gray", "graf", "graph"], Self::Grey),
            (&["azul", "blue"], Self::Blue),
            (&["roj", "red"], Self::Red),
            (&["verd", "green"], Self::Green),
            (&["aren", "sand", "bronc", "bronz", "amarill", "yellow", "naranj", "orange"], Self::Sand),
        ];
        paints
            .into_iter()
            .find(|(words, _)| words.iter().any(|word| name.contains(word)))
            .map_or(Self::Silver, |(_, paint)| paint)
    }

    /// The CSS class that sets the paint.
    pub const fn class(self) -> &'static str {
        match self {
            Self::White => "car paint-white",
            Self::Silver => "car paint-silver",
            Self::Grey => "car paint-grey",
            Self::Black => "car paint-black",
            Self::Blue => "car paint-blue",
            Self::Red => "car paint-red",
            Self::Green => "car paint-green",
            Self::Sand => "car paint-sand",
        }
    }
}

/// A car seen from the side, in its paint. Decoration unless it gets a label.
#[component]
pub fn CarDrawing(
    /// Which silhouette.
    model: CarModel,
    /// Its paint.
    colour: CarColour,
    /// What a screen reader says; empty when words beside it say it already.
    #[prop(optional, into)]
    label: String,
) -> impl IntoView {
    let shape = Shape::of(model);
    let label = given(label);
    let hidden = label.is_none().then_some("true");
    let role = label.is_some().then_some("img");
    let wheels = [shape.front, shape.rear]
        .map(|x| {
            let x = x.to_string();
            view! {
                <circle class="car-tyre" cx=x.clone() cy="124" r=shape.wheel/>
                <circle class="car-rim" cx=x.clone() cy="124" r=shape.rim/>
                <circle class="car-spokes" cx=x.clone() cy="124" r=shape.spokes stroke-width="9" pathLength="10" stroke-dasharray="1.35 0.65"/>
                <circle class="car-hub" cx=x cy="124" r="5"/>
            }
        })
        .collect_view();
    view! {
        <svg class=colour.class() viewBox="0 0 480 160" role=role aria-label=label aria-hidden=hidden>
            <ellipse class="car-shadow" cx="240" cy="147" rx="212" ry="6"/>
            <path class="car-under" d=shape.under/>
            <path class="car-body" d=shape.body/>
            <path class="car-shade" d=shape.shade/>
            <path class="car-glass" d=shape.glass/>
            <path class="car-line" d=shape.lines/>
            <path class="car-lamp" d=shape.lamp/>
            <path class="car-tail" d=shape.tail/>
            {wheels}
        </svg>
    }
}

/// The paths of one silhouette, front at the left.
struct Shape {
    body: &'static str,
    shade: &'static str,
    glass: &'static str,
    lines: &'static str,
    lamp: &'static str,
    tail: &'static str,
    front: u32,
    rear: u32,
    wheel: &'static str,
    rim: &'static str,
    spokes: &'static str,
    under: &'static str,
}

impl Shape {
    const fn of(model: CarModel) -> Self {
        match model {
            CarModel::Sedan => Self {
                body: "M30 122C24 120 22 113 24 104C26 92 34 85 52 80C78 73 106 69 134 66C158 46 188 32 236 31C290 30 328 42 362 64C396 66 428 71 444 80C454 86 458 98 457 110C456 118 452 122 446 123H410A36 36 0 0 0 334 123H146A36 36 0 0 0 70 123Z",
                shade: "M24 104C60 96 150 100 240 100C330 100 420 98 457 106C457 118 452 122 446 123H410A36 36 0 0 0 334 123H146A36 36 0 0 0 70 123H30C24 120 22 113 24 104Z",
                glass: "M150 67C170 50 196 40 234 39V68ZM242 39C284 39 314 48 342 67L242 68Z",
                lines: "M238 69V114M146 70C142 88 144 102 152 114M342 70C344 84 340 92 332 100M256 80H274M166 80H184",
                lamp: "M34 90C44 85 56 83 66 83C64 89 52 94 32 95Z",
                tail: "M424 79C438 81 448 86 452 94C440 94 430 90 424 79Z",
                front: 108,
                rear: 372,
                wheel: "31",
                rim: "20",
                spokes: "13.5",
                under: "M70 125V86H146V116H334V86H410V123L334 128H146Z",
            },
            CarModel::Suv => Self {
                body: "M32 122C25 120 23 112 24 100C25 86 32 78 52 73C78 67 104 64 130 61C152 38 176 22 226 20C290 18 346 20 376 26C396 34 414 50 424 66C444 70 455 80 456 98C457 114 454 121 446 123H412A38 38 0 0 0 332 123H148A38 38 0 0 0 68 123Z",
                shade: "M24 102C60 94 150 98 240 98C330 98 420 96 456 102C457 116 454 121 446 123H412A38 38 0 0 0 332 123H148A38 38 0 0 0 68 123H32C25 120 23 112 24 102Z",
                glass: "M148 62C168 42 188 31 226 29V63ZM234 29C262 28 290 28 312 29L318 63H234ZM320 29C344 30 362 31 370 33C384 40 396 50 404 62L326 63Z",
                lines: "M230 64V114M322 64C326 84 326 92 322 100M144 65C140 86 142 102 150 114M244 76H264M162 76H182M196 17H372",
                lamp: "M32 84C44 78 56 76 68 76C66 84 52 90 30 91Z",
                tail: "M428 66C444 70 453 78 455 92C446 90 434 80 428 66Z",
                front: 108,
                rear: 372,
                wheel: "33",
                rim: "22",
                spokes: "15.5",
                under: "M68 125V84H148V116H332V84H412V123L332 129H148Z",
            },
            CarModel::Sport => Self {
                body: "M26 122C20 120 18 115 20 108C22 98 34 92 54 88C86 81 116 78 146 77C176 56 204 46 246 46C290 46 326 58 360 76C400 76 432 80 450 90C459 96 461 106 459 114C458 120 454 123 448 123H412A36 36 0 0 0 336 123H146A36 36 0 0 0 70 123Z",
                shade: "M20 110C60 102 150 108 240 107C330 106 420 102 460 108C460 119 456 123 448 123H412A36 36 0 0 0 336 123H146A36 36 0 0 0 70 123H26C20 120 18 115 20 110Z",
                glass: "M164 78C188 61 212 54 246 54C270 54 288 57 304 63L290 79ZM312 66C326 71 336 75 344 79L302 79Z",
                lines: "M156 80C150 94 152 104 160 114M298 80C306 92 304 104 296 114M262 89H282M350 79C384 80 414 82 440 88",
                lamp: "M32 99C44 93 58 90 72 89C68 97 54 102 30 103Z",
                tail: "M428 84C442 87 452 92 456 100C444 100 434 95 428 84Z",
                front: 108,
                rear: 374,
                wheel: "31",
                rim: "22",
                spokes: "15.5",
                under: "M72 125V90H144V116H338V90H410V123L336 128H146Z",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paints_are_found_in_both_languages() {
        assert_eq!(CarColour::from_name("Azul Océano"), CarColour::Blue);
        assert_eq!(CarColour::from_name("Midnight Black"), CarColour::Black);
        assert_eq!(CarColour::from_name("?"), CarColour::Silver);
    }
}
