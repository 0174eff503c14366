// Package apply is the service behind the public portal of visas: applications that are begun, answered page by page, resumed by an e-mailed
// link, sent, followed, answered to, withdrawn and appealed. It exists so that everything a stranger can type passes one validation, and
// so that nothing that was acknowledged is ever lost: each act is one transaction of its Store.
//
// It must never read what was sent (its key is sealed for the centre), never say whether somebody applied to whoever does not know the
// reference and the birth date, and never write a secret or personal data to a log.
package apply
