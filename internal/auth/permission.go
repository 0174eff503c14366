package auth

import "slices"

// Permission names one power, as subject.act. A route names exactly one.
type Permission string

// Every permission there is. A new one is added here, to Permissions and to
// the table in grants.go, and nowhere else.
const (
	// CrossingRecord: scan, inspect, admit and refer at a counter.
	CrossingRecord Permission = "crossing.record"
	// CrossingCorrect: undo or correct a recorded crossing by a correction event.
	CrossingCorrect Permission = "crossing.correct"
	// CrossingRefuse: refuse entry.
	CrossingRefuse Permission = "crossing.refuse"
	// HitReasonView: read why a person is listed; a counter officer sees only "refer".
	HitReasonView Permission = "hit.reason.view"
	// CrossingSearch: search crossings by person, document, date or crossing point.
	CrossingSearch Permission = "crossing.search"
	// CrossingLive: watch crossings as they arrive at the centre.
	CrossingLive Permission = "crossing.live"
	// HistoryView: read one traveller's crossings.
	HistoryView Permission = "history.view"
	// FlowsView: counts per day, crossing point and direction.
	FlowsView Permission = "flows.view"
	// ExportCreate: take what is on screen out of the system as a file.
	ExportCreate Permission = "export.create"
	// StationsView: the board of stations (on line, lag, completeness).
	StationsView Permission = "stations.view"
	// StationsEnrol: create enrolment tokens and deny a station's certificate.
	StationsEnrol Permission = "stations.enrol"
	// DeadLetterManage: release or keep parked replication events.
	DeadLetterManage Permission = "deadletter.manage"
	// AlertView: read the national alert list.
	AlertView Permission = "alert.view"
	// AlertManage: add to and remove from the national alert list.
	AlertManage Permission = "alert.manage"
	// AlertApprove: agree, as a second person, to what another proposed for a list.
	AlertApprove Permission = "alert.approve"
	// HitWork: the hits of a crossing point, from the first look to the outcome.
	HitWork Permission = "hit.work"
	// HitAnswer: say for an agency that owns alerts whether a hit is its person, and see what its desk is told.
	HitAnswer Permission = "hit.answer"
	// AlertDiscreet: read, propose and follow the discreet alerts of the own agency.
	AlertDiscreet Permission = "alert.discreet"
	// HitStatistics: counts of hits by list, crossing point and band, of nobody in particular.
	HitStatistics Permission = "hit.statistics"
	// UserManage: create, disable and change accounts.
	UserManage Permission = "user.manage"
	// AuditView: read the audit log.
	AuditView Permission = "audit.view"
	// SecondLineWork: the queue of referrals and its cases, up to their outcome.
	SecondLineWork Permission = "secondline.work"
	// OverrideApprove: agree, as a second person, to admitting in spite of a hit.
	OverrideApprove Permission = "override.approve"
	// FileView: find and read individual files at a crossing point.
	FileView Permission = "file.view"
	// FileRepair: supply or void an entry or exit, change an authorisation of stay.
	FileRepair Permission = "file.repair"
	// DuplicateDecide: say whether two files are one person.
	DuplicateDecide Permission = "duplicate.decide"
	// ProtectionSignal: record a sign that somebody needs protection.
	ProtectionSignal Permission = "protection.signal"
	// ProtectionWork: read and work the cases of the protection service.
	ProtectionWork Permission = "protection.work"
	// ShiftWork: open and close the own lane, note occurrences, read the hand-over.
	ShiftWork Permission = "shift.work"
	// ShiftLead: begin and hand over a shift, complete the post register.
	ShiftLead Permission = "shift.lead"
	// RecheckView: what came of decisions that were made without the centre.
	RecheckView Permission = "recheck.view"
	// OverstayView: the list of overstayers and its counts.
	OverstayView Permission = "overstay.view"
	// ReadersManage: give document readers the tokens that they post with, and take them back.
	ReadersManage Permission = "readers.manage"
	// ExhibitView: what was kept of travel documents with decisions, images included, and how far its sending is.
	ExhibitView Permission = "exhibit.view"
	// TrustView: read the trust material that signatures of travel documents are judged by, and its history.
	TrustView Permission = "trust.view"
	// TrustImport: propose trust material, and approve as a second person what another proposed.
	TrustImport Permission = "trust.import"
	// PrintsAdjudicate: look at the prints of a candidate or a mismatch side by side, and say whether they are one person's.
	PrintsAdjudicate Permission = "prints.adjudicate"
	// PrintsView: the state of the biometric store: how many, how far, which engine; of nobody in particular.
	PrintsView Permission = "prints.view"
	// PassengersView: flights that are expected, who is on board by API and PNR, and what screening found.
	PassengersView Permission = "passengers.view"
	// PassengersDecide: say, with a reason, that an expected person may board, may not, or is looked at on arrival.
	PassengersDecide Permission = "passengers.decide"
	// MessagesWork: carriers' messages as they came, those in quarantine, and reading them again.
	MessagesWork Permission = "messages.work"
	// ExpectedView: at a crossing point, the day's flights and who has not come or was not declared.
	ExpectedView Permission = "expected.view"
	// RiskManage: write risk rules and try them on past flights.
	RiskManage Permission = "risk.manage"
	// RiskApprove: agree, as a second person, to activating a risk rule.
	RiskApprove Permission = "risk.approve"
	// CarriersManage: admit carriers, give them credentials and take them back.
	CarriersManage Permission = "carriers.manage"
	// CarriersScore: how complete and timely each carrier's data is; of nobody in particular.
	CarriersScore Permission = "carriers.score"
	// CarrierOwn: for a carrier's own people: its messages, their errors, its score. Nothing of another carrier, nothing of screening.
	CarrierOwn Permission = "carrier.own"
	// UnmaskRequest: ask, with a reason, for passenger data that was masked; and read what was agreed to.
	UnmaskRequest Permission = "unmask.request"
	// UnmaskApprove: agree, as a second person, to unmasking.
	UnmaskApprove Permission = "unmask.approve"
	// LawView: which law's profile is in force for passenger data, and what its machinery did.
	LawView Permission = "law.view"
	// VisasWork: the queue of applications, what they hold and what their checks found; ask for more, invite, propose.
	VisasWork Permission = "visas.work"
	// VisasDecide: approve and refuse applications; as a second person where the policy wants one.
	VisasDecide Permission = "visas.decide"
	// VisasManage: revoke, annul, extend and re-issue visas; decide cases of visas used at several posts; refunds.
	VisasManage Permission = "visas.manage"
	// VisasRules: propose rules of who needs a visa, and approve as a second person what another proposed.
	VisasRules Permission = "visas.rules"
	// VisasStatistics: numbers of applications, decisions and times; of nobody in particular.
	VisasStatistics Permission = "visas.statistics"
	// EntryRulesView: the rules of who needs a visa, and which applies to whom.
	EntryRulesView Permission = "entry_rules.view"
	// SessionOwn: what concerns one's own session only: log out, lock, unlock,
	// language, own password and PIN.
	SessionOwn Permission = "session.own"
)

// Permissions lists every permission, in the order of the matrix test. The
// caller owns the slice.
func Permissions() []Permission {
	return []Permission{
		CrossingRecord, CrossingCorrect, CrossingRefuse, HitReasonView,
		CrossingSearch, CrossingLive, HistoryView, FlowsView, ExportCreate,
		StationsView, StationsEnrol, DeadLetterManage,
		AlertView, AlertManage, AlertApprove, HitWork, HitAnswer, AlertDiscreet, HitStatistics, UserManage, AuditView,
		SecondLineWork, OverrideApprove, FileView, FileRepair, DuplicateDecide, ProtectionSignal, ProtectionWork,
		ShiftWork, ShiftLead, RecheckView, OverstayView, ReadersManage, ExhibitView,
		TrustView, TrustImport, PrintsAdjudicate, PrintsView,
		PassengersView, PassengersDecide, MessagesWork, ExpectedView, RiskManage, RiskApprove, CarriersManage, CarriersScore, CarrierOwn,
		UnmaskRequest, UnmaskApprove, LawView,
		VisasWork, VisasDecide, VisasManage, VisasRules, VisasStatistics, EntryRulesView, SessionOwn,
	}
}

// Valid reports whether p is one of Permissions.
func (p Permission) Valid() bool { return slices.Contains(Permissions(), p) }
