package crosscheck

import (
	"slices"
	"strconv"

	"github.com/openbmis/openbmis/border"
)

// The names of the checks; keys of the text catalogue below "check." with an underscore for the dot.
const (
	RulesCheck = "document.rules"
	PageCheck  = "document.page"
	ChipCheck  = "document.chip"
	SealCheck  = "document.seal"
	ImageCheck = "document.image"
	ListsCheck = "document.lists"
)

// Checks are the names of the checks in the order shown.
func Checks() []string {
	return []string{RulesCheck, PageCheck, ChipCheck, SealCheck, ImageCheck, ListsCheck}
}

// Item is one entry of the catalogue.
type Item struct {
	// ID is the stable name of the step that it gives.
	ID    string `json:"id"`
	Check string `json:"check"`
	// Inputs are what it compares: "mrz", "viz", "chip", "seal", "image", "device", "list", "rule", "trust".
	Inputs []string `json:"inputs"`
	// Severity is what a failure asks of the officer, unless the rules of documents say otherwise.
	Severity border.Severity `json:"severity"`
	// Amber is true where a verdict that is inconclusive leaves the traveller "not checked", unless the rules say otherwise.
	Amber bool `json:"amber,omitempty"`
}

// Catalogue is every item, in the order shown. The steps of passive authentication are those of package emrtd below "chip.".
func Catalogue() []Item {
	return slices.Concat(rulesItems(), pageItems(), chipItems(), sealItems(), imageItems(), listItems())
}

func rulesItems() []Item {
	return items(RulesCheck, []string{"mrz", "rule"}, []Item{
		{ID: "rules.document_code", Severity: border.Note},
		{ID: "rules.number_pattern", Severity: border.Acknowledge},
		{ID: "rules.remaining_validity", Severity: border.Acknowledge},
		{ID: "rules.maximum_validity", Severity: border.Acknowledge},
		{ID: "rules.issue_date", Severity: border.Acknowledge},
	})
}

func pageItems() []Item {
	return items(PageCheck, []string{"viz", "mrz"}, []Item{
		{ID: "viz.document_number", Severity: border.SecondLine, Amber: true},
		{ID: "viz.birth_date", Severity: border.SecondLine, Amber: true},
		{ID: "viz.name", Severity: border.Acknowledge, Amber: true},
		{ID: "viz.expiry_date", Severity: border.Acknowledge, Amber: true},
		{ID: "viz.sex", Severity: border.Acknowledge},
		{ID: "viz.nationality", Severity: border.Acknowledge},
		{ID: "viz.issuing_state", Severity: border.Acknowledge},
	})
}

func chipItems() []Item {
	list := items(ChipCheck, []string{"chip", "mrz"}, []Item{
		{ID: "chip.read", Severity: border.Acknowledge, Amber: true},
		{ID: "chip.read_again", Severity: border.Acknowledge},
		{ID: "chip.dg1_mrz", Severity: border.SecondLine, Amber: true},
		{ID: "chip.dg11_name", Severity: border.Acknowledge},
		{ID: "chip.dg11_birth_date", Severity: border.Acknowledge},
		{ID: "chip.portrait", Severity: border.Acknowledge},
	})
	trust := []Item{
		{ID: "chip.sod_structure", Severity: border.Acknowledge, Amber: true},
		{ID: "chip.sod_signature", Severity: border.SecondLine, Amber: true},
	}
	for n := 1; n <= 16; n++ {
		trust = append(trust, Item{ID: "chip.hash_dg" + strconv.Itoa(n), Severity: border.SecondLine, Amber: n <= 2 || n == 14 || n == 15})
	}
	return append(list, items(ChipCheck, []string{"chip", "trust"}, append(trust, []Item{
		{ID: "chip.com_sod", Severity: border.Acknowledge},
		{ID: "chip.chain", Severity: border.SecondLine, Amber: true},
		{ID: "chip.validity_at_signing", Severity: border.Acknowledge},
		{ID: "chip.validity_now", Severity: border.Acknowledge},
		{ID: "chip.revocation", Severity: border.SecondLine, Amber: true},
		{ID: "chip.country", Severity: border.Acknowledge},
		{ID: "chip.document_type", Severity: border.Acknowledge},
		{ID: "chip.active_authentication", Severity: border.SecondLine, Amber: true},
		{ID: "chip.chip_authentication", Severity: border.SecondLine},
		{ID: "chip.deviation_list", Severity: border.Acknowledge},
	}...))...)
}

func sealItems() []Item {
	return items(SealCheck, []string{"seal", "mrz"}, []Item{
		{ID: "seal.readable", Severity: border.Acknowledge, Amber: true},
		{ID: "seal.signature", Severity: border.SecondLine, Amber: true},
		{ID: "seal.chain", Severity: border.SecondLine, Amber: true},
		{ID: "seal.revocation", Severity: border.SecondLine, Amber: true},
		{ID: "seal.content", Severity: border.SecondLine, Amber: true},
		{ID: "seal.passport_number", Severity: border.SecondLine},
		{ID: "seal.window", Severity: border.SecondLine},
		{ID: "seal.entries", Severity: border.SecondLine},
	})
}

func imageItems() []Item {
	return append(items(ImageCheck, []string{"image"}, []Item{
		{ID: "image.reading", Severity: border.Acknowledge, Amber: true},
		{ID: "image.zone", Severity: border.Acknowledge},
		{ID: "image.grid", Severity: border.Acknowledge},
		{ID: "image.software", Severity: border.Note},
	}), Item{ID: DeviceItem, Check: ImageCheck, Inputs: []string{"device"}, Severity: border.Acknowledge})
}

// DeviceItem is the item of the device's own verdicts: one step for each, called "device." and the feature's name.
const DeviceItem = "device"

func listItems() []Item {
	return items(ListsCheck, []string{"mrz", "list"}, []Item{
		{ID: "list.blank_stolen", Severity: border.SecondLine, Amber: true},
		{ID: "list.lost_stolen", Severity: border.SecondLine, Amber: true},
		{ID: "list.void", Severity: border.SecondLine, Amber: true},
	})
}

func items(check string, inputs []string, list []Item) []Item {
	for n := range list {
		list[n].Check, list[n].Inputs = check, inputs
	}
	return list
}
