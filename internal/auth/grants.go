package auth

import "slices"

// grants is THE table: what each role may do. Whoever is not in it may do
// nothing. The golden file of the tests shows it as a matrix for review.
//
// The administrator holds nothing that shows a traveller or a listed person:
// running the system is no reason to read it. The alert list is therefore kept
// by supervisors, and an analyst, who reads the most, changes nothing.
//
// Refusing entry belongs to the second line (Regulation (EU) 2016/399, annex V part A). Cases of protection belong to the
// protection service alone: not even a supervisor reads or counts them.
//
// Acts that security demands four eyes for (alerts, export, role grant) will
// name a second permission for the approver; the table is ready for it, since
// requester and approver are told apart by person, not by role.
func grants(role Role) []Permission {
	switch role {
	case RoleOfficer:
		return []Permission{SessionOwn, CrossingRecord, CrossingCorrect, ProtectionSignal, ShiftWork, ExpectedView, EntryRulesView}
	case RoleSecondLine:
		return append(grants(RoleOfficer), SecondLineWork, HitWork, CrossingRefuse, HitReasonView, FileView, ExhibitView, PrintsAdjudicate)
	case RoleSupervisor:
		return append(grants(RoleSecondLine), OverrideApprove, FileRepair, DuplicateDecide, ShiftLead, RecheckView, OverstayView,
			HistoryView, FlowsView, AlertView, AlertManage, AlertApprove, HitStatistics, StationsView, CrossingSearch, ReadersManage, TrustView, PrintsView,
			PassengersView, CarriersScore)
	case RoleListOwner:
		return []Permission{SessionOwn, HitAnswer, HitReasonView, AlertView, AlertManage, AlertApprove, AlertDiscreet, HitStatistics}
	case RoleProtection:
		return []Permission{SessionOwn, ProtectionWork}
	case RoleAnalyst:
		return []Permission{SessionOwn, CrossingSearch, CrossingLive, HistoryView, FlowsView,
			ExportCreate, StationsView, AlertView, HitReasonView, HitStatistics, OverstayView, TrustView,
			PassengersView, PassengersDecide, MessagesWork, RiskManage, RiskApprove, CarriersScore, UnmaskRequest, LawView,
			VisasStatistics, EntryRulesView}
	case RoleAdministrator:
		return []Permission{SessionOwn, UserManage, StationsEnrol, StationsView, DeadLetterManage, ReadersManage, TrustView, TrustImport, PrintsView,
			CarriersManage, CarriersScore, LawView}
	case RoleAuditor:
		return []Permission{SessionOwn, AuditView, StationsView, TrustView, LawView}
	case RoleDataProtection:
		return []Permission{SessionOwn, AuditView, UnmaskApprove, LawView}
	case RoleCarrier:
		return []Permission{SessionOwn, CarrierOwn}
	case RoleVisaOfficer:
		return []Permission{SessionOwn, VisasWork, VisasDecide, VisasStatistics, EntryRulesView}
	case RoleVisaSupervisor:
		return append(grants(RoleVisaOfficer), VisasManage, VisasRules)
	default:
		return nil
	}
}

// Allowed reports whether the role holds the permission. An unknown role or
// permission is refused.
func Allowed(role Role, permission Permission) bool {
	return slices.Contains(grants(role), permission)
}
