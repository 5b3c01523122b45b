//! Promises 1, 5, 7 and 8, in the vehicles and their commands.

use super::{Case, Evidence, SLACK};
use crate::trade::INCLUDED;
use caas::kernel::Timestamp;
use caas_sandbox::world::iot::model::{BASE_PLATFORM, Command, CommandKind, CommandStatus, ServiceStatus};

pub(super) fn judge(evidence: &Evidence<'_>, cases: &[Case<'_>], wrong: &mut Vec<String>) {
    for command in evidence.world.iot().commands() {
        if command.kind == CommandKind::Deactivate && command.service_id == BASE_PLATFORM {
            wrong.push(format!("{} was told to switch its base platform off", command.vin));
        }
    }
    for case in cases {
        once(case, wrong);
        never_taken_away(evidence, case, wrong);
    }
    nothing_for_free(evidence, cases, wrong);
}

fn is_done(command: &Command) -> bool {
    command.status == CommandStatus::Completed
}

/// While a command is under way, and after the vehicle has carried it out, no second one is sent for the same order.
fn once(case: &Case<'_>, wrong: &mut Vec<String>) {
    for (number, first) in case.on.iter().enumerate() {
        for second in case.on.iter().skip(number + 1) {
            let under_way = first.ended.is_none_or(|ended| second.at < ended);
            if under_way && first.status != CommandStatus::Refused {
                wrong.push(format!("{}: a command was sent at {} while another was under way", case.id, second.at));
            }
            // A stale command to switch off may be older than both.
            let undone = case.off.iter().any(|off| {
                let stale = first.ended <= off.ended && off.ended.is_some_and(|ended| ended <= second.at);
                is_done(off) && (stale || (off.at >= first.at && off.at <= second.at))
            });
            if is_done(first) && !under_way && !undone {
                wrong.push(format!("{}: a command was sent at {} although the service was on", case.id, second.at));
            }
        }
    }
}

/// What was paid for is not switched off while its time lasts. What a car carries out that was told before the order, at a
/// time of its own choosing, is put right.
fn never_taken_away(evidence: &Evidence<'_>, case: &Case<'_>, wrong: &mut Vec<String>) {
    let Some(begin) = case.begins_at().filter(|_| case.is_paid_for()) else { return };
    let has_a_right = |at: Timestamp| begin <= at && case.right_until().is_none_or(|end| at < end);
    for off in case.off.iter().filter(|off| is_done(off)) {
        let Some(ended) = off.ended.filter(|ended| has_a_right(*ended)) else { continue };
        let until = ended + SLACK;
        let on_again =
            case.on.iter().filter(|on| is_done(on)).any(|on| on.ended.is_some_and(|on| ended <= on && on <= until));
        let over = !has_a_right(until) || evidence.now < until;
        if off.at < case.order.at && (on_again || over) {
            continue;
        }
        wrong.push(format!("{}: what was paid for was switched off by the command of {}", case.id, off.at));
    }
}

/// What is on in a vehicle is there because somebody paid for it, and its time is not over.
fn nothing_for_free(evidence: &Evidence<'_>, cases: &[Case<'_>], wrong: &mut Vec<String>) {
    for vehicle in evidence.world.iot().vehicles() {
        let on = vehicle.services.iter().filter(|service| service.status == ServiceStatus::Active);
        for service in on.filter(|service| !vehicle.spec.base_services.contains(&service.service_id)) {
            let by_right = cases.iter().any(|case| {
                case.order.vin == vehicle.spec.vin
                    && case.order.service == service.service_id
                    && case.delivered_at().is_some()
                    && case.is_paid_for()
                    && case.right_until().is_none_or(|end| evidence.now < end + SLACK)
            });
            // What comes with a new car.
            let given = service.service_id == INCLUDED
                && evidence.sold.iter().any(|sold| sold.vin.as_deref() == Some(vehicle.spec.vin.as_str()));
            if !by_right && !given {
                wrong.push(format!("{}: {} is on, and nobody paid for it", vehicle.spec.vin, service.service_id));
            }
        }
    }
}
