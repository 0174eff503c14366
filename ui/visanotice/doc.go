// Package visanotice makes the notices of granted visas: the page on which an officer sees one, and the PDF that the applicant fetches. It
// exists apart from the consular desk because notices are printed in the background, where no session is.
//
// It must never make a notice of what is not in force.
package visanotice
