console.log('ballast: the command line is not written yet');
