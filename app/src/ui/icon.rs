use leptos::prelude::*;

/// The icons of the sprite `public/icons.svg`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IconName {
    /// Power and performance.
    Power,
    /// Driver assistance.
    DriverAssistance,
    /// Suspension and chassis.
    Suspension,
    /// Light.
    Light,
    /// Climate.
    Climate,
    /// Comfort and seats.
    Comfort,
    /// Audio and media.
    Audio,
    /// Navigation and connection.
    Navigation,
    /// Range and battery.
    Range,
    /// Parking.
    Parking,
    /// Off-road.
    Offroad,
    /// Winter.
    Winter,
    /// Towing.
    Towing,
    /// Security.
    Security,
    /// Running in the car.
    Active,
    /// Waiting.
    Waiting,
    /// Will be tried again.
    Retry,
    /// Ended without success.
    Failed,
    /// Money held, not charged.
    Held,
    /// Money charged.
    Charged,
    /// Good to know.
    Info,
    /// Look at this.
    Warning,
    /// Done.
    Done,
    /// Blocked.
    Lock,
    /// Menu.
    Menu,
    /// Notifications.
    Bell,
    /// Search.
    Search,
    /// Close or take away.
    Close,
    /// Further.
    Chevron,
    /// Person.
    User,
    /// Vehicle.
    Car,
    /// Payment method.
    Card,
    /// Document.
    Document,
    /// Language.
    Globe,
    /// Dark.
    Moon,
    /// Light scheme.
    Sun,
    /// Leads elsewhere.
    External,
    /// Delete.
    Trash,
    /// Add.
    Plus,
    /// Filter.
    Filter,
    /// Time.
    Clock,
    /// Download.
    Download,
    /// Support ticket.
    Ticket,
    /// Maintenance.
    Wrench,
    /// Message.
    Mail,
    /// Call.
    Phone,
    /// Date.
    Calendar,
    /// Settings.
    Settings,
    /// Figures.
    Chart,
    /// Place.
    Pin,
    /// Leave.
    SignOut,
    /// Change.
    Edit,
    /// Money comes back.
    Refund,
}

impl IconName {
    /// Every icon, for the style guide and the test.
    pub const ALL: &'static [Self] = &[
        Self::Power,
        Self::DriverAssistance,
        Self::Suspension,
        Self::Light,
        Self::Climate,
        Self::Comfort,
        Self::Audio,
        Self::Navigation,
        Self::Range,
        Self::Parking,
        Self::Offroad,
        Self::Winter,
        Self::Towing,
        Self::Security,
        Self::Active,
        Self::Waiting,
        Self::Retry,
        Self::Failed,
        Self::Held,
        Self::Charged,
        Self::Info,
        Self::Warning,
        Self::Done,
        Self::Lock,
        Self::Menu,
        Self::Bell,
        Self::Search,
        Self::Close,
        Self::Chevron,
        Self::User,
        Self::Car,
        Self::Card,
        Self::Document,
        Self::Globe,
        Self::Moon,
        Self::Sun,
        Self::External,
        Self::Trash,
        Self::Plus,
        Self::Filter,
        Self::Clock,
        Self::Download,
        Self::Ticket,
        Self::Wrench,
        Self::Mail,
        Self::Phone,
        Self::Calendar,
        Self::Settings,
        Self::Chart,
        Self::Pin,
        Self::SignOut,
        Self::Edit,
        Self::Refund,
    ];

    /// Address of its symbol in the sprite.
    pub const fn href(self) -> &'static str {
        match self {
            Self::Power => "/icons.svg#power",
            Self::DriverAssistance => "/icons.svg#driver-assistance",
            Self::Suspension => "/icons.svg#suspension",
            Self::Light => "/icons.svg#light",
            Self::Climate => "/icons.svg#climate",
            Self::Comfort => "/icons.svg#comfort",
            Self::Audio => "/icons.svg#audio",
            Self::Navigation => "/icons.svg#navigation",
            Self::Range => "/icons.svg#range",
            Self::Parking => "/icons.svg#parking",
            Self::Offroad => "/icons.svg#offroad",
            Self::Winter => "/icons.svg#winter",
            Self::Towing => "/icons.svg#towing",
            Self::Security => "/icons.svg#security",
            Self::Active => "/icons.svg#active",
            Self::Waiting => "/icons.svg#waiting",
            Self::Retry => "/icons.svg#retry",
            Self::Failed => "/icons.svg#failed",
            Self::Held => "/icons.svg#held",
            Self::Charged => "/icons.svg#charged",
            Self::Info => "/icons.svg#info",
            Self::Warning => "/icons.svg#warning",
            Self::Done => "/icons.svg#done",
            Self::Lock => "/icons.svg#lock",
            Self::Menu => "/icons.svg#menu",
            Self::Bell => "/icons.svg#bell",
            Self::Search => "/icons.svg#search",
            Self::Close => "/icons.svg#close",
            Self::Chevron => "/icons.svg#chevron",
            Self::User => "/icons.svg#user",
            Self::Car => "/icons.svg#car",
            Self::Card => "/icons.svg#card",
            Self::Document => "/icons.svg#document",
            Self::Globe => "/icons.svg#globe",
            Self::Moon => "/icons.svg#moon",
            Self::Sun => "/icons.svg#sun",
            Self::External => "/icons.svg#external",
            Self::Trash => "/icons.svg#trash",
            Self::Plus => "/icons.svg#plus",
            Self::Filter => "/icons.svg#filter",
            Self::Clock => "/icons.svg#clock",
            Self::Download => "/icons.svg#download",
            Self::Ticket => "/icons.svg#ticket",
            Self::Wrench => "/icons.svg#wrench",
            Self::Mail => "/icons.svg#mail",
            Self::Phone => "/icons.svg#phone",
            Self::Calendar => "/icons.svg#calendar",
            Self::Settings => "/icons.svg#settings",
            Self::Chart => "/icons.svg#chart",
            Self::Pin => "/icons.svg#pin",
            Self::SignOut => "/icons.svg#sign-out",
            Self::Edit => "/icons.svg#edit",
            Self::Refund => "/icons.svg#refund",
        }
    }

    /// The icon of a service category, by the category's code; a general one when it is unknown.
    pub fn of_category(code: &str) -> Self {
        match code {
            "power" | "performance" => Self::Power,
            "driver_assistance" => Self::DriverAssistance,
            "suspension" | "chassis" => Self::Suspension,
            "light" | "lighting" => Self::Light,
            "climate" => Self::Climate,
            "comfort" => Self::Comfort,
            "audio" | "entertainment" => Self::Audio,
            "navigation" | "connectivity" => Self::Navigation,
            "range" | "battery" => Self::Range,
            "parking" => Self::Parking,
            "offroad" => Self::Offroad,
            "winter" => Self::Winter,
            "towing" => Self::Towing,
            "security" | "safety" => Self::Security,
            _ => Self::Car,
        }
    }
}

/// A small drawing in the text's colour. It only repeats what words say, so screen readers skip it.
#[component]
pub fn Icon(
    /// Which one.
    name: IconName,
) -> impl IntoView {
    view! { <svg class="icon" aria-hidden="true"><use href=name.href()/></svg> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sprite_holds_every_icon() {
        let sprite = include_str!("../../../public/icons.svg");
        for icon in IconName::ALL {
            let id = icon.href().trim_start_matches("/icons.svg#");
            assert!(sprite.contains(&format!("<symbol id=\"{id}\"")), "{id}");
        }
    }
}
