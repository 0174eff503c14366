// Package emrtdtest writes chips and their signatures for tests: files with every data group, a signing authority, document signers,
// security objects in the odd forms that issuers use, revocation lists, and answers to active authentication. It is small on purpose and
// knows nothing of package emrtd, so that a mistake there is not made here too. It must never be used outside tests.
package emrtdtest
