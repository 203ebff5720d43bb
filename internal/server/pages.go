package server

import (
	"maps"
	"slices"
	"sync"

	"marquis/internal/locale"
	"marquis/internal/page"
)

// printing is what the pages are drawn with, read once for all servers of a process.
var printing = sync.OnceValues(func() (*page.Printed, error) {
	c, err := locale.Embedded()
	if err != nil {
		return nil, err
	}
	return page.ReadPrinted(slices.Sorted(maps.Keys(pages)), c)
})

// pages are all pages with the struct that each shows. A test checks each template
// against its struct.
var pages = map[string]any{
	"account.html":          accountPage{},
	"analysis.html":         analysisPage{},
	"atonce.html":           atOncePage{},
	"batch.html":            batchPage{},
	"batches.html":          batchesPage{},
	"batchmapping.html":     batchMappingPage{},
	"batchform.html":        batchForm{},
	"alertlimits.html":      alertLimitsPage{},
	"authenticator.html":    authenticatorPage{},
	"clock.html":            clockPage{},
	"classes.html":          classesPage{},
	"counter.html":          counterPage{},
	"counterday.html":       counterDayPage{},
	"dictionary.html":       dictionaryPage{},
	"mapping.html":          mappingPage{},
	"merge.html":            mergePage{},
	"product.html":          productPage{},
	"productform.html":      productForm{},
	"substance.html":        substancePage{},
	"substanceform.html":    substanceForm{},
	"describe.html":         describePage{},
	"error.html":            page.ErrorPage{},
	"figures.html":          figuresStartPage{},
	"figureselsewhere.html": figuresElsewherePage{},
	"figuresfound.html":     figuresFoundPage{},
	"figurestables.html":    figuresPage{},
	"finished.html":         finishedPage{},
	"home.html":             homePage{},
	"importfile.html":       importFilePage{},
	"importgone.html":       importGonePage{},
	"importjob.html":        importJobPage{},
	"imports.html":          importsPage{},
	"importtake.html":       importTakePage{},
	"importtaken.html":      importTakenPage{},
	"invitation.html":       invitationPage{},
	"invited.html":          invitedPage{},
	"laboratories.html":     laboratoriesPage{},
	"laboratory.html":       laboratoryPage{},
	"method.html":           methodPage{},
	"methodform.html":       methodForm{},
	"methods.html":          methodsPage{},
	"newperson.html":        newPersonPage{},
	"newservice.html":       newServicePage{},
	"people.html":           peoplePage{},
	"drop.html":             dropPage{},
	"person.html":           personPage{},
	"privacy.html":          privacyPage{},
	"aside.html":            asidePage{},
	"readout.html":          readOutPage{},
	"record.html":           recordPage{},
	"recovery.html":         recoveryPage{},
	"register.html":         registerPage{},
	"release.html":          releasePage{},
	"releaseall.html":       releaseAllPage{},
	"replacecode.html":      replaceCodePage{},
	"result.html":           resultPage{},
	"settings.html":         settingsPage{},
	"location.html":         locationPage{},
	"notanalysed.html":      notAnalysedPage{},
	"retraction.html":       retractPage{},
	"secondfactor.html":     secondFactorPage{},
	"service.html":          servicePage{},
	"sessions.html":         sessionsPage{},
	"services.html":         servicesPage{},
	"report.html":           reportPage{},
	"reports.html":          reportsPage{},
	"statistics.html":       statisticsPage{},
	"signin.html":           signInPage{},
	"slip.html":             slipPage{},
	"staff.html":            staffPage{},
	"verify.html":           verifyPage{},
	"work.html":             workPage{},
}
