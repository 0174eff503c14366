package main

import (
	"fmt"
	"strings"

	"github.com/openbmis/openbmis/alerts/listfile"
)

type listCommand struct {
	Read   listReadCommand   `cmd:"" help:"Read list files and tell what is in them, what is refused and what was understood only partly."`
	Diff   listDiffCommand   `cmd:"" help:"Tell what a new edition of a list changes: added, changed, removed."`
	Schema listSchemaCommand `cmd:"" help:"Print the JSON Schema of the project's own form of lists."`

	Import  listImportCommand  `cmd:"" help:"Propose a file for a list of the centre."`
	Approve listApproveCommand `cmd:"" help:"Approve what another person proposed for a list of the centre, or reject it."`
	Undo    listUndoCommand    `cmd:"" help:"Propose the alerts of an earlier version of a list of the centre."`
	Show    listShowCommand    `cmd:"" help:"Show the lists of the centre, the versions of one, or a proposal."`
}

// Help is shown by bmis list --help.
func (listCommand) Help() string {
	return `Lists are read as they are published: the consolidated list of the United Nations (XML), the list of OFAC
(SDN.CSV with ALT.CSV, ADD.CSV and SDN_COMMENTS.CSV, SDN.XML, SDN_ADVANCED.XML), of the European Union (CSV), of the United Kingdom (CSV),
and the project's own CSV and JSON.
Nothing is sent anywhere. read, diff and schema use no database; import, approve, undo and show act on the centre's, in the name of a
person who signs in, and never of the same one twice.`
}

// listForms are the forms of lists, for the help.
func listForms() string {
	forms := make([]string, 0, len(listfile.Formats()))
	for _, f := range listfile.Formats() {
		forms = append(forms, string(f))
	}
	return strings.Join(forms, ", ")
}

type listSchemaCommand struct{}

// Run prints the schema.
func (listSchemaCommand) Run(a *app) error {
	_, err := fmt.Fprint(a.Out, listfile.Schema())
	return err
}
