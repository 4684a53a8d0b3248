from ehrql import codelist_from_csv


def codes(name, **more):
    return codelist_from_csv(f"codelists/{name}.csv", column="code", **more)


diabetes = codes("diabetes")
diabetes_types = codes("diabetes", category_column="type")
hba1c = codes("hba1c")
systolic = codes("systolic")
bmi = codes("bmi")
smoking = codes("smoking", category_column="status")
ethnicity = codes("ethnicity", category_column="group")
metformin = codes("metformin")
insulin = codes("insulin")
statins = codes("statins")
ckd = codes("ckd")
hypertension = codes("hypertension")
depression = codes("depression")
checks = codes("checks")

cardiovascular = codes("heart_and_stroke", parent_column="parent")
infarction = (cardiovascular[:1]).with_descendants()
stroke = cardiovascular[4:5].with_descendants()
